INSERT INTO claims
SELECT *, false
FROM claims_fresh f
WHERE NOT EXISTS (
    SELECT 1
    FROM (FROM claims WHERE user_id IN (SELECT user_id FROM claims_fresh)) c
    WHERE c.project = f.project AND c.device_id = f.device_id AND c.merged_id = f.merged_id AND c.user_id = f.user_id
)
