-- Only calls whose action is known are looked for among the links.
-- Parameters: project, range of the calls, endpoint, confidence.
WITH asked AS (
    SELECT c.id, /*failed*/ AS failed
    FROM calls c /*join*/
    WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.service = ? AND c.method = ? AND c.route = ? AND c.linked >= ? /*conditions*/
), ties AS MATERIALIZED (
    SELECT l.event, l.client, l.server, a.failed
    FROM links l
    JOIN asked a ON a.id = coalesce(l.server, l.client)
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
), called AS (
    -- The actions that caused the calls, directly or through a client call.
    SELECT event, bool_or(failed) AS failed
    FROM (
        SELECT event, failed FROM ties WHERE event IS NOT NULL
        UNION ALL
        SELECT l.event, t.failed
        FROM ties t
        JOIN links l ON l.client = t.client AND l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND l.server IS NULL AND l.event IS NOT NULL
        WHERE t.server IS NOT NULL
    )
    GROUP BY event
)
SELECT coalesce(nullif(e.target, ''), e.name) AS caller, CAST(e.kind AS VARCHAR) AS kind, CASE WHEN e.page_route <> '' THEN e.page_route ELSE e.path END AS page,
    count(*) AS n, count(*) FILTER (a.failed), /*people*/
FROM called a
JOIN events e ON e.id = a.event /*persons*/
WHERE e.project = ? AND e.time >= ? AND e.time < ? /*bots*/
GROUP BY ALL
ORDER BY n DESC, caller, page, kind
LIMIT ?
