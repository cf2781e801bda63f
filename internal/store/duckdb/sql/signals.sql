SELECT /*columns*/
FROM signals s
WHERE s.project = ? AND s.time >= ? AND s.time < ? AND s.session_id IN (SELECT s.session_id FROM /*sessions*/) AND (/*which*/) /*after*/
ORDER BY s.time DESC, /*event*/, s.kind, /*call*/
LIMIT ?
