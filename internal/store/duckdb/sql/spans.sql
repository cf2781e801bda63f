SELECT /*columns*/
FROM spans s
WHERE s.project = ? AND s.time >= ? AND s.time < ? /*conditions*/
ORDER BY s.time DESC, /*id*/ DESC
LIMIT ?
