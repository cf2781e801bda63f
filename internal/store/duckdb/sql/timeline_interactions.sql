SELECT /*columns*/
FROM interactions i
WHERE i.project = ? AND i.time BETWEEN ? AND ? AND i.session_id = ?
ORDER BY i.time, i.event
LIMIT ?
