INSERT INTO doomed
SELECT 'event', seq, id, '', NULL, NULL
FROM events
WHERE project = ? AND label = ?
