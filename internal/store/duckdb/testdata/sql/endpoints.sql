SELECT c.service, c.method, c.route,
    sum(c.weight) AS calls,
    coalesce(sum(c.weight) FILTER (coalesce(c.status >= 500, c.error NOT IN ('', 'abort'))), 0), coalesce(sum(c.weight) FILTER (coalesce(c.status BETWEEN 400 AND 499, false)), 0),
    quantile_cont(c.duration_us, 0.5), quantile_cont(c.duration_us, 0.95), quantile_cont(c.duration_us, 0.99),
    count(DISTINCT CASE WHEN c.bot = '' THEN coalesce(CASE WHEN p.upto IS NULL OR c.session_id = p.session_id AND c.time BETWEEN p.since AND p.upto THEN p.person END, CASE WHEN c.user_id <> '' THEN hash(c.user_id) WHEN l.user_hash IS NOT NULL THEN l.user_hash WHEN c.device_id <> '' THEN ~hash(c.device_id) ELSE ~l.device_hash END) END), max(c.time)
FROM calls c
LEFT JOIN (-- What links tell of each call: the facts asked for of its best link, and whether any
-- ties it to a client call (answered). Nearly all calls have one link; only the others
-- are sorted. Parameters: scope of the links, twice.
WITH counted AS (
    SELECT coalesce(l.server, l.client) AS call, count(*) AS n,
        bool_or(l.client IS NOT NULL AND l.server IS NOT NULL) AS answered , first(CASE WHEN l.device_id <> '' THEN hash(l.device_id) END) AS device_hash, first(CASE WHEN l.user_id <> '' THEN hash(l.user_id) END) AS user_hash
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
    GROUP BY coalesce(l.server, l.client)
)
SELECT call, answered , device_hash, user_hash
FROM counted
WHERE n = 1
UNION ALL
SELECT b.call, c.answered , b.device_hash, b.user_hash
FROM (
    SELECT coalesce(l.server, l.client) AS call , CASE WHEN l.device_id <> '' THEN hash(l.device_id) END AS device_hash, CASE WHEN l.user_id <> '' THEN hash(l.user_id) END AS user_hash
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
        AND coalesce(l.server, l.client) IN (SELECT call FROM counted WHERE n > 1)
    QUALIFY row_number() OVER (PARTITION BY coalesce(l.server, l.client) ORDER BY l.confidence DESC, list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method), CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END, CASE l.client_form WHEN 1 THEN CAST(l.client AS VARCHAR) WHEN 2 THEN replace(CAST(l.client AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.client AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.client_text ELSE '' END) = 1
) b
JOIN counted c ON c.call = b.call) l ON l.call = c.id  LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, hash(session_id) AS session, since, upto
FROM people
WHERE project = ?) p ON p.id = CASE WHEN c.user_id <> '' THEN hash(c.user_id) WHEN l.user_hash IS NOT NULL THEN l.user_hash WHEN c.device_id <> '' THEN ~hash(c.device_id) ELSE ~l.device_hash END
WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.side = ?  AND c.class <> 'asset'
GROUP BY c.service, c.method, c.route
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- server
