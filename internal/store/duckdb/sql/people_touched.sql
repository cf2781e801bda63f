-- The devices that new claims are about and, of users whom they make a hub, all
-- others; $2 is how many claims make one.
INSERT INTO people_touched
SELECT device_id FROM claims_fresh WHERE project = $1
UNION
SELECT c.device_id
FROM claims c
JOIN (
    SELECT u.user_id
    FROM claims u
    JOIN (SELECT user_id, count(*) AS added FROM claims_fresh WHERE project = $1 GROUP BY user_id) f ON f.user_id = u.user_id
    WHERE u.project = $1 AND u.merged_id = '' AND NOT u.withdrawn
    GROUP BY u.user_id, f.added
    HAVING count(*) > $2 AND count(*) - f.added <= $2
) hub ON hub.user_id = c.user_id
WHERE c.project = $1
