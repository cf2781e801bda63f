SELECT /*columns*/
FROM events e
WHERE e.project = ? AND e.id = ?
LIMIT 1
