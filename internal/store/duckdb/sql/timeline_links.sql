SELECT /*columns*/
FROM links l
WHERE l.project = ? AND l.time BETWEEN ? AND ? AND l.session_id = ? AND l.confidence >= ?
ORDER BY l.time, l.event, l.client, l.server
LIMIT ?
