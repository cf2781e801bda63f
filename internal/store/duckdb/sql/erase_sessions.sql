DELETE FROM sessions
WHERE project = $1
    AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
