SELECT /*columns*/
FROM links l
WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? /*conditions*/
ORDER BY l.time DESC, /*event*/, /*client*/, /*server*/
LIMIT ?
