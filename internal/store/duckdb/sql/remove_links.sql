DELETE FROM links
WHERE project = ? AND (
    event IN (SELECT id FROM doomed WHERE kind = 'event')
    OR client IN (SELECT id FROM doomed WHERE kind = 'call')
    OR server IN (SELECT id FROM doomed WHERE kind = 'call')
)
