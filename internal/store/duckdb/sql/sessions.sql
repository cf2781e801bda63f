SELECT /*columns*/
FROM (/*whole*/) s
WHERE s.started >= ? AND s.started < ? /*conditions*/
ORDER BY s.started DESC, s.session_id
LIMIT ?
