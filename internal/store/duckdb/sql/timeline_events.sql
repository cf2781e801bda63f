SELECT /*columns*/
FROM events e
WHERE e.project = ? AND /*which*/
ORDER BY e.time, e.id
LIMIT ?
