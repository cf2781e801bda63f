-- Only calls whose action is known are looked for among the links.
-- Parameters: project, range of the calls, endpoint, confidence.
WITH asked AS (
    SELECT c.id, coalesce(c.status >= 500, c.error NOT IN ('', 'abort')) AS failed
    FROM calls c 
    WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.service = ? AND c.method = ? AND c.route = ? AND c.linked >= ?  AND c.class <> 'asset'
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
    count(*) AS n, count(*) FILTER (a.failed), count(DISTINCT coalesce(CASE WHEN p.upto IS NULL OR e.session_id = p.session_id AND e.time BETWEEN p.since AND p.upto THEN p.person END, CASE WHEN e.user_id <> '' THEN hash(e.user_id) WHEN e.device_id <> '' THEN ~hash(e.device_id) END))
FROM called a
JOIN events e ON e.id = a.event  LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, hash(session_id) AS session, since, upto
FROM people
WHERE project = ?) p ON p.id = CASE WHEN e.user_id <> '' THEN hash(e.user_id) WHEN e.device_id <> '' THEN ~hash(e.device_id) END
WHERE e.project = ? AND e.time >= ? AND e.time < ?  AND e.bot = ''
GROUP BY ALL
ORDER BY n DESC, caller, page, kind
LIMIT ?
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- s
-- GET
-- /x
-- 0.5
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 10
