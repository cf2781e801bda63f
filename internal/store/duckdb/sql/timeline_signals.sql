SELECT /*columns*/
FROM signals s
WHERE s.project = ? AND s.time BETWEEN ? AND ? AND s.session_id = ?
ORDER BY s.time, s.event
LIMIT ?
