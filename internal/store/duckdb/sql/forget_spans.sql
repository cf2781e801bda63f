INSERT INTO doomed
SELECT 'span', seq, id, '', NULL, NULL
FROM spans
WHERE project = ? AND label = ?
