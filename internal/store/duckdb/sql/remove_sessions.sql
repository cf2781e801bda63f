DELETE FROM sessions
WHERE project = ? AND anchor IN (SELECT id FROM doomed WHERE kind = 'event')
