DELETE FROM interactions
WHERE project = ? AND event IN (SELECT id FROM doomed WHERE kind = 'event')
