SELECT max(started)
FROM sessions
WHERE project = ? AND session_hash = ? AND session_id = ?
HAVING count(*) > 0
