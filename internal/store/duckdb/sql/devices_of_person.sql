-- The devices of a person by claims in use, and whether they are theirs alone.
WITH live AS (
    SELECT device_id, user_id FROM claims WHERE project = $1 AND merged_id = '' AND NOT withdrawn
), theirs AS (
    SELECT DISTINCT device_id
    FROM live
    WHERE user_id IN (/*users*/) AND user_id NOT IN (SELECT user_id FROM live GROUP BY user_id HAVING count(*) > $2)
        AND device_id NOT IN (SELECT device_id FROM live GROUP BY device_id HAVING count(*) > $2)
)
SELECT device_id, device_id IN (SELECT id FROM people WHERE project = $1 AND NOT is_user AND upto IS NULL AND person = $3) AS alone
FROM theirs
ORDER BY device_id
