-- Of the rows of one unit that match the same steps in the same period, the earliest
-- and how many there are.
SELECT unit, epoch_us(min(time)) AS time, steps, count(*) AS n , label
FROM (SELECT unit, time, steps , label, CASE WHEN time < ? THEN CASE WHEN time < ? THEN CASE WHEN time < ? THEN 0 ELSE 1 END ELSE 2 END ELSE CASE WHEN time < ? THEN 3 ELSE 4 END END AS period FROM (SELECT unit, time, seq, steps , label
FROM (
    SELECT m.*, coalesce(CASE WHEN p.upto IS NULL OR m.session_id = p.session_id AND m.time BETWEEN p.since AND p.upto THEN p.person END, coalesce(m.user_id_hash, ~m.device_id_hash)) AS unit
    FROM (SELECT e.time, e.seq, CAST(CASE WHEN TRUE THEN 1 ELSE 0 END | CASE WHEN TRUE THEN 2 ELSE 0 END AS UBIGINT) AS steps , e.session_id, CASE WHEN e.user_id <> '' THEN hash(e.user_id) END AS user_id_hash, CASE WHEN e.device_id <> '' THEN hash(e.device_id) END AS device_id_hash, coalesce(CASE WHEN steps & 1 <> 0 AND e.session_id <> '' AND e.session_id IN (SELECT CASE WHEN c.session_id <> '' THEN c.session_id ELSE coalesce(l.session_id, '') END FROM calls c LEFT JOIN (-- What links tell of each call: the facts asked for of its best link, and whether any
-- ties it to a client call (answered). Nearly all calls have one link; only the others
-- are sorted. Parameters: scope of the links, twice.
WITH counted AS (
    SELECT coalesce(l.server, l.client) AS call, count(*) AS n,
        bool_or(l.client IS NOT NULL AND l.server IS NOT NULL) AS answered , first(l.session_id) AS session_id, first(l.device_id) AS device_id, first(l.user_id) AS user_id
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
    GROUP BY coalesce(l.server, l.client)
)
SELECT call, answered , session_id, device_id, user_id
FROM counted
WHERE n = 1
UNION ALL
SELECT b.call, c.answered , b.session_id, b.device_id, b.user_id
FROM (
    SELECT coalesce(l.server, l.client) AS call , l.session_id AS session_id, l.device_id AS device_id, l.user_id AS user_id
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
        AND coalesce(l.server, l.client) IN (SELECT call FROM counted WHERE n > 1)
    QUALIFY row_number() OVER (PARTITION BY coalesce(l.server, l.client) ORDER BY l.confidence DESC, list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method), CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END, CASE l.client_form WHEN 1 THEN CAST(l.client AS VARCHAR) WHEN 2 THEN replace(CAST(l.client AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.client AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.client_text ELSE '' END) = 1
) b
JOIN counted c ON c.call = b.call) l ON l.call = c.id WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset' AND (coalesce(c.status >= 500, c.error NOT IN ('', 'abort')) = ?)) THEN 'met' END, '') AS label FROM events e WHERE e.project = ? AND e.time >= ? AND e.time < ? AND e.bot = '' AND ((TRUE) OR (TRUE))) m  LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, hash(session_id) AS session, since, upto
FROM people
WHERE project = ?) p ON p.id = coalesce(m.user_id_hash, ~m.device_id_hash)
)
WHERE unit IS NOT NULL))
GROUP BY unit, steps, period , label
ORDER BY unit, 2
-- 2026-11-25 13:00:00 +0000 UTC
-- 2026-11-24 12:00:00 +0000 UTC
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-26 12:00:00 +0000 UTC
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-24 12:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-24 12:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-24 12:00:00 +0000 UTC
-- true
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-24 12:00:00 +0000 UTC
-- 1
