-- Only calls whose action is known are looked for among the links. What is looked for by
-- id is narrowed by IN before it is joined: only that is a filter of a scan.
-- Parameters: project, range of the calls, endpoint, confidence; three times the scope of
-- the links; project and range of the events.
WITH asked AS MATERIALIZED (
    SELECT c.id, c.side = CAST('server' AS call_side) AS served, coalesce(c.status >= 500, c.error NOT IN ('', 'abort')) AS failed
    FROM calls c 
    WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.service = ? AND c.method = ? AND c.route = ? AND c.linked >= ?  AND c.class <> 'asset'
), ties AS MATERIALIZED (
    SELECT l.event, l.client, l.server AS call
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND l.server IN (SELECT id FROM asked WHERE served)
    UNION ALL
    SELECT l.event, NULL, l.client
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND l.server IS NULL AND l.client IN (SELECT id FROM asked WHERE NOT served)
), behind AS MATERIALIZED (
    SELECT l.event, l.client
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND l.server IS NULL AND l.event IS NOT NULL AND l.client IN (SELECT client FROM ties)
), called AS MATERIALIZED (
    -- The actions that caused the calls, directly or through a client call.
    SELECT t.event, bool_or(a.failed) AS failed
    FROM (
        SELECT event, call FROM ties WHERE event IS NOT NULL
        UNION ALL
        SELECT b.event, t.call FROM ties t JOIN behind b ON b.client = t.client
    ) t
    JOIN asked a ON a.id = t.call
    GROUP BY t.event
), acts AS MATERIALIZED (
    SELECT e.id, e.time, e.kind, e.name, e.target, e.page_route, e.path, e.session_id, e.user_id, e.device_id
    FROM events e
    WHERE e.project = ? AND e.time >= ? AND e.time < ?  AND e.bot = '' AND e.id IN (SELECT event FROM called)
)
SELECT coalesce(nullif(e.target, ''), e.name) AS caller, CAST(e.kind AS VARCHAR) AS kind, CASE WHEN e.page_route <> '' THEN e.page_route ELSE e.path END AS page,
    count(*) AS n, count(*) FILTER (a.failed), count(DISTINCT coalesce(CASE WHEN p.upto IS NULL OR e.session_id = p.session_id AND e.time BETWEEN p.since AND p.upto THEN p.person END, CASE WHEN e.user_id <> '' THEN hash(e.user_id) WHEN e.device_id <> '' THEN ~hash(e.device_id) END))
FROM called a
JOIN acts e ON e.id = a.event  LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, hash(session_id) AS session, since, upto
FROM people
WHERE project = ?) p ON p.id = CASE WHEN e.user_id <> '' THEN hash(e.user_id) WHEN e.device_id <> '' THEN ~hash(e.device_id) END
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
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 1
-- 10
