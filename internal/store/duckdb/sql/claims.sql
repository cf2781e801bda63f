-- The claims that name one of some ids, and whether they are in use.
WITH live AS (
    SELECT device_id, user_id FROM claims WHERE project = $1 AND merged_id = '' AND NOT withdrawn
)
SELECT c.device_id, c.merged_id, c.user_id, c.method, c.first_seen, c.source, c.source_form, c.source_text, c.is_call, c.session_id,
    CASE
        WHEN c.withdrawn THEN 'withdrawn'
        WHEN c.merged_id = '' AND (
            c.user_id IN (SELECT user_id FROM live GROUP BY user_id HAVING count(*) > $2)
            OR c.device_id IN (SELECT device_id FROM live GROUP BY device_id HAVING count(*) > $2)
        ) THEN 'quarantined'
        ELSE 'used'
    END AS state
FROM claims c
WHERE c.project = $1 AND (c.user_id IN (/*users*/) OR c.merged_id IN (/*users*/) OR c.device_id IN (/*devices*/))
ORDER BY c.first_seen, c.device_id, c.merged_id, c.user_id
LIMIT $3
