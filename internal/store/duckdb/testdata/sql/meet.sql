-- Rows that units may meet, by name.
SELECT unit, epoch_us(time) AS time, steps, label
FROM (-- Server calls that match are one request when their best links name one client call,
-- whose time is theirs; all else is that of the earliest of them (place). Client calls
-- that match count when no link names their answer.
-- Parameters: the calls, the scope of links, the client calls, whose they are, the scope of links, the range.
SELECT arg_min(unit, place) AS unit, coalesce(min(asked), min(time)) AS time, arg_min(seq, place) AS seq, bit_or(steps) AS steps , arg_min(label, place) AS label
FROM (
    WITH matched AS MATERIALIZED (
        SELECT c.id, c.time, c.seq, c.side, CAST(CASE WHEN ((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE) THEN 1 ELSE 0 END AS UBIGINT) AS steps , c.user_id, c.device_id, c.session_id, coalesce((CASE WHEN c.service = '' THEN '' ELSE c.service || ': ' END || c.method || ' ' || c.route), '') AS label FROM calls c WHERE c.project = ? AND c.time >= ? AND c.time < ? AND ((((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE))) AND c.bot = ''
    ), best AS MATERIALIZED (-- The best link of each call to an action or a client call.
SELECT l.*, coalesce(l.server, l.client) AS call
FROM links l
WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND coalesce(l.server, l.client) IN (SELECT id FROM matched)
QUALIFY row_number() OVER (
    PARTITION BY coalesce(l.server, l.client)
    ORDER BY l.confidence DESC, list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method), CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END, CASE l.client_form WHEN 1 THEN CAST(l.client AS VARCHAR) WHEN 2 THEN replace(CAST(l.client AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.client AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.client_text ELSE '' END
) = 1)
    SELECT m.*, a.time AS asked, row(m.time, m.seq) AS place, coalesce(CASE WHEN p.upto IS NULL OR m.session_id = p.session_id AND m.time BETWEEN p.since AND p.upto THEN p.person END, CASE WHEN m.user_id <> '' THEN hash(m.user_id) WHEN l.user_id <> '' THEN hash(l.user_id) WHEN m.device_id <> '' THEN ~hash(m.device_id) WHEN l.device_id <> '' THEN ~hash(l.device_id) END) AS unit,
        CASE WHEN m.side = 'server' THEN l.client END AS client, CASE WHEN m.side <> 'server' OR l.client IS NULL THEN m.seq END AS alone
    FROM matched m
    LEFT JOIN best l ON l.call = m.id
    LEFT JOIN (
        SELECT id, max(time) AS time FROM calls
        WHERE project = ? AND time >= ? AND time < ? AND side = 'client' AND id IN (SELECT client FROM best WHERE server IS NOT NULL)
        GROUP BY id
    ) a ON a.id = CASE WHEN m.side = 'server' THEN l.client END -- one equality: a second condition makes the join try all pairs
     LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, since, upto
FROM people
WHERE project = ?) p ON p.id = CASE WHEN m.user_id <> '' THEN hash(m.user_id) WHEN l.user_id <> '' THEN hash(l.user_id) WHEN m.device_id <> '' THEN ~hash(m.device_id) WHEN l.device_id <> '' THEN ~hash(l.device_id) END
    WHERE m.side = 'server' OR m.id NOT IN (
        SELECT l.client FROM links l
        WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND l.client IS NOT NULL AND l.server IS NOT NULL
    )
)
WHERE unit IS NOT NULL
GROUP BY client, alone
HAVING coalesce(min(asked), min(time)) >= ? AND coalesce(min(asked), min(time)) < ?)
-- asset
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- asset
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 1
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 0.5
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
