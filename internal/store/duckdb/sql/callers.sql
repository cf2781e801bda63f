WITH called AS (
    -- The calls of the endpoint, by the action that caused each.
    SELECT l.action AS event, bool_or(/*failed*/) AS failed
    FROM calls c
    JOIN (/*best*/) l ON l.call = c.id
    WHERE c.project = ? AND c.time >= ? AND c.time < ?
        AND c.service = ? AND c.method = ? AND c.route = ? /*conditions*/
    GROUP BY l.action
)
SELECT e.name, e.kind, CASE WHEN e.page_route <> '' THEN e.page_route ELSE e.path END AS page,
    count(*) AS n, count(*) FILTER (a.failed), /*people*/
FROM called a
JOIN events e ON e.id = a.event
WHERE e.project = ? AND e.time >= ? AND e.time < ? /*bots*/
GROUP BY ALL
ORDER BY n DESC, e.name, page, e.kind
LIMIT ?
