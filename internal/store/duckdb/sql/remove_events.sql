DELETE FROM events
WHERE seq IN (SELECT seq FROM doomed WHERE kind = 'event')
