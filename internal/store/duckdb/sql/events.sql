SELECT /*columns*/
FROM events e
WHERE e.project = ? AND e.time >= ? AND e.time < ? /*conditions*/
ORDER BY e.time DESC, /*id*/ DESC
LIMIT ?
