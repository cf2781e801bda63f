-- Who called, from calls and their best links: their own ids, except that a call
-- of a shared device may be the one's who signed in first.
SELECT project, hour, side, service, method, route, bot, md5_number_lower(person) AS person
FROM (
    SELECT DISTINCT c.project, date_trunc('hour', c.time) AS hour, c.side, c.service, c.method, c.route, c.bot <> '' AS bot,
        CASE
            WHEN c.user_id <> '' THEN 'user ' || c.user_id
            WHEN l.user_id <> '' THEN 'user ' || l.user_id
            WHEN p.person IS NOT NULL THEN 'user ' || p.person
            WHEN c.device_id <> '' THEN 'device ' || c.device_id
            WHEN l.device_id <> '' THEN 'device ' || l.device_id
        END AS person
    FROM calls c
    LEFT JOIN (/*best*/) l ON l.call = c.id
    LEFT JOIN (FROM people WHERE project = ? AND upto IS NOT NULL) p
        ON p.id = CASE WHEN c.device_id <> '' THEN c.device_id ELSE l.device_id END
            AND p.session_id = c.session_id AND c.time BETWEEN p.since AND p.upto
    WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset'
)
WHERE person IS NOT NULL
