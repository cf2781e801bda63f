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
    SELECT t.event, bool_or(coalesce(c.status >= 500, c.error NOT IN ('', 'abort'))) AS failed
    FROM calls c 
    JOIN ties t ON t.call = c.id
    WHERE c.project = ? AND c.time >= ? AND c.time < ?
        AND c.service = ? AND c.method = ? AND c.route = ?  AND c.class <> 'asset'
    GROUP BY t.event
)
SELECT coalesce(nullif(e.target, ''), e.name) AS caller, CAST(e.kind AS VARCHAR) AS kind, CASE WHEN e.page_route <> '' THEN e.page_route ELSE e.path END AS page,
    count(*) AS n, count(*) FILTER (a.failed), count(DISTINCT coalesce(CASE WHEN p.upto IS NULL OR e.session_id = p.session_id AND e.time BETWEEN p.since AND p.upto THEN p.person END, CASE WHEN e.user_id <> '' THEN hash(e.user_id) WHEN e.device_id <> '' THEN ~hash(e.device_id) END))
FROM called a
JOIN events e ON e.id = a.event  LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, since, upto
FROM people
WHERE project = ?) p ON p.id = CASE WHEN e.user_id <> '' THEN hash(e.user_id) WHEN e.device_id <> '' THEN ~hash(e.device_id) END
WHERE e.project = ? AND e.time >= ? AND e.time < ?  AND e.bot = ''
GROUP BY ALL
ORDER BY n DESC, caller, page, kind
LIMIT ?
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- s
-- GET
-- /x
-- 1
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 10
