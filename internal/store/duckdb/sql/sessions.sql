-- The page is found on the columns that decide; the others are added up for its sessions only.
WITH page AS (
    SELECT s.session_hash
    FROM (/*whole*/) s
    WHERE s.started >= ? AND s.started < ? /*conditions*/
    ORDER BY s.started DESC, s.session_id
    LIMIT ?
)
SELECT /*columns*/
FROM (/*paged*/) s
ORDER BY s.started DESC, s.session_id
