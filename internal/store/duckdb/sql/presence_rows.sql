-- Who called, from calls and their best links.
SELECT project, hour, side, service, method, route, bot, md5_number_lower(person) AS person
FROM (
    SELECT DISTINCT c.project, date_trunc('hour', c.time) AS hour, c.side, c.service, c.method, c.route, c.bot <> '' AS bot,
        CASE
            WHEN c.user_id <> '' THEN 'user ' || c.user_id
            WHEN l.user_id <> '' THEN 'user ' || l.user_id
            WHEN c.device_id <> '' THEN 'device ' || c.device_id
            WHEN l.device_id <> '' THEN 'device ' || l.device_id
        END AS person
    FROM calls c
    LEFT JOIN (/*best*/) l ON l.call = c.id
    WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset'
)
WHERE person IS NOT NULL
