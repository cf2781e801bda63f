SELECT /*columns*/
FROM sessions s
WHERE s.project = ? AND s.session_hash = ? AND s.session_id = ?
