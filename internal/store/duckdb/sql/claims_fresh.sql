-- The claims that tell more than is known: of each pair the first seen, else given.
INSERT INTO claims_fresh
SELECT project, device_id, merged_id, user_id, method, first_seen, source, source_form, source_text, is_call, session_id
FROM claims_given g
WHERE NOT EXISTS (
    SELECT 1
    FROM (FROM claims WHERE user_id IN (SELECT user_id FROM claims_given)) c
    WHERE c.project = g.project AND c.device_id = g.device_id AND c.merged_id = g.merged_id AND c.user_id = g.user_id
        AND c.first_seen <= g.first_seen
)
QUALIFY row_number() OVER (PARTITION BY project, device_id, merged_id, user_id ORDER BY first_seen, n) = 1
