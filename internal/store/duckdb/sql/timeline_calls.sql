SELECT /*columns*/
FROM calls c
WHERE c.project = ? AND /*which*/
ORDER BY c.time, c.id
LIMIT ?
