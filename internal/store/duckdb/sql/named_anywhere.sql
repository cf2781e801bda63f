-- Whether any row names the person.
SELECT CAST(count(*) AS BIGINT)
FROM (
    SELECT 1 FROM events WHERE project = $1
        AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
    UNION ALL
    SELECT 1 FROM calls WHERE project = $1
        AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
    UNION ALL
    SELECT 1 FROM links WHERE project = $1
        AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
    UNION ALL
    SELECT 1 FROM sessions WHERE project = $1
        AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
    UNION ALL
    SELECT 1 FROM claims WHERE project = $1 AND (
        device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person) OR merged_id IN (SELECT user_id FROM person)
    )
    UNION ALL
    SELECT 1 FROM presence WHERE project = $1 AND person IN (
        SELECT md5_number_lower('user ' || user_id) FROM person WHERE user_id IS NOT NULL
        UNION ALL
        SELECT md5_number_lower('device ' || device_id) FROM person WHERE device_id IS NOT NULL
    )
)
