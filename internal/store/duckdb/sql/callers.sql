WITH known AS (
    SELECT event, client, server
    FROM links
    WHERE project = ? AND time >= ? AND time < ? AND confidence >= ?
), ties AS (
    -- Calls with the actions that caused them, directly or through a client call.
    SELECT event, coalesce(server, client) AS call FROM known WHERE event IS NOT NULL
    UNION ALL
    SELECT a.event, k.server
    FROM known k
    JOIN known a ON a.client = k.client AND a.server IS NULL AND a.event IS NOT NULL
    WHERE k.server IS NOT NULL
), called AS (
    SELECT t.event, bool_or(/*failed*/) AS failed
    FROM calls c /*join*/
    JOIN ties t ON t.call = c.id
    WHERE c.project = ? AND c.time >= ? AND c.time < ?
        AND c.service = ? AND c.method = ? AND c.route = ? /*conditions*/
    GROUP BY t.event
)
SELECT coalesce(nullif(e.target, ''), e.name) AS caller, CAST(e.kind AS VARCHAR) AS kind, CASE WHEN e.page_route <> '' THEN e.page_route ELSE e.path END AS page,
    count(*) AS n, count(*) FILTER (a.failed), /*people*/
FROM called a
JOIN events e ON e.id = a.event /*persons*/
WHERE e.project = ? AND e.time >= ? AND e.time < ? /*bots*/
GROUP BY ALL
ORDER BY n DESC, caller, page, kind
LIMIT ?
