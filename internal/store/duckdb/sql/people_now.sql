-- What the claims of project $1 in use say of each id; $2 is how many claims make a hub.
INSERT INTO people_now
WITH RECURSIVE merges AS (
    SELECT merged_id AS id, user_id AS person FROM claims WHERE project = $1 AND merged_id <> '' AND NOT withdrawn
), steps(id, person) AS (
    FROM merges
    UNION ALL
    SELECT s.id, m.person FROM steps s JOIN merges m ON m.id = s.person
), survivors AS (
    SELECT id, person FROM steps WHERE person NOT IN (SELECT id FROM merges)
), live AS MATERIALIZED (
    SELECT device_id, user_id, session_id, first_seen
    FROM claims
    WHERE project = $1 AND merged_id = '' AND NOT withdrawn /*devices*/
), hubs AS (
    SELECT user_id
    FROM claims
    WHERE project = $1 AND merged_id = '' AND NOT withdrawn AND user_id IN (SELECT user_id FROM live)
    GROUP BY user_id
    HAVING count(*) > $2
), used AS (
    SELECT l.device_id, l.user_id, l.session_id, l.first_seen, coalesce(s.person, l.user_id) AS person
    FROM live l LEFT JOIN survivors s ON s.id = l.user_id
    WHERE l.user_id NOT IN (FROM hubs) AND l.device_id NOT IN (SELECT device_id FROM live GROUP BY device_id HAVING count(*) > $2)
), devices AS (
    SELECT device_id, count(DISTINCT person) = 1 AS alone, arg_min(person, (first_seen, user_id)) AS person,
        arg_min(session_id, (first_seen, user_id)) AS session_id, min(first_seen) AS upto
    FROM used
    GROUP BY device_id
)
SELECT $1, true, id, person, '', NULL, NULL FROM survivors
UNION ALL
SELECT $1, false, device_id, person, '', NULL, NULL FROM devices WHERE alone
UNION ALL
SELECT $1, false, device_id, person, session_id, upto - INTERVAL 24 HOUR, upto FROM devices WHERE NOT alone AND session_id <> ''
