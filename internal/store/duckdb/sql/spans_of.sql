SELECT /*columns*/
FROM spans s
WHERE s.project = ? AND s.time BETWEEN ? AND ? AND s.trace IN (/*traces*/)
ORDER BY s.time, s.id
LIMIT ?
