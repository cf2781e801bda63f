INSERT INTO doomed
SELECT 'call', seq, id, '', NULL, NULL
FROM calls
WHERE project = ? AND label = ?
