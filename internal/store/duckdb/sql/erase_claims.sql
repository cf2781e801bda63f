DELETE FROM claims
WHERE project = ? AND (
    device_id IN (SELECT device_id FROM person WHERE device_id IS NOT NULL)
    OR user_id IN (SELECT user_id FROM person WHERE user_id IS NOT NULL)
    OR merged_id IN (SELECT user_id FROM person WHERE user_id IS NOT NULL)
)
