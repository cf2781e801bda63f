DELETE FROM signals
WHERE project = ? AND (
    event IN (SELECT id FROM doomed WHERE kind = 'event')
    OR call IN (SELECT id FROM doomed WHERE kind = 'call')
)
