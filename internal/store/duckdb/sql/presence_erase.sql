DELETE FROM presence
WHERE project = ? AND person IN (
    SELECT md5_number_lower('user ' || user_id) FROM person WHERE user_id IS NOT NULL
    UNION ALL
    SELECT md5_number_lower('device ' || device_id) FROM person WHERE device_id IS NOT NULL
)
