-- The rows that match steps (bit i of steps: the i-th), by unit.
SELECT unit, list(epoch_us(time)) AS times, list(seq) AS seqs, list(steps) AS steps 
FROM (SELECT unit, time, seq, steps 
FROM (
    SELECT m.*, coalesce(CASE WHEN p.upto IS NULL OR m.session_id = p.session_id AND m.time BETWEEN p.since AND p.upto THEN p.person END, coalesce(m.user_id_hash, ~m.device_id_hash)) AS unit
    FROM (SELECT e.time, e.seq, CAST(CASE WHEN (e.name = ?) THEN 1 ELSE 0 END AS UBIGINT) AS steps , e.session_id, CASE WHEN e.user_id <> '' THEN hash(e.user_id) END AS user_id_hash, CASE WHEN e.device_id <> '' THEN hash(e.device_id) END AS device_id_hash FROM events e WHERE e.project = ? AND e.time >= ? AND e.time < ? AND e.bot = '' AND ((e.name = ?) AND (((e.name = ?))))) m  LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, hash(session_id) AS session, since, upto
FROM people
WHERE project = ?) p ON p.id = coalesce(m.user_id_hash, ~m.device_id_hash)
)
WHERE unit IS NOT NULL
UNION ALL
-- Server calls that match are one request when their best links name one client call,
-- whose time is theirs; all else is that of the earliest of them (place). Client calls
-- that match count when no link names their answer. Nearly all calls have one link:
-- only those of the others (several) are sorted.
-- Parameters: the calls, the scope of links, twice, the client calls, whose they are, the scope of links, the range.
SELECT arg_min(unit, place) AS unit, coalesce(min(asked), min(time)) AS time, arg_min(seq, place) AS seq, bit_or(steps) AS steps 
FROM (
    WITH matched AS MATERIALIZED (
        SELECT c.id, c.time, c.seq, c.side = 'server' AS served, CAST(CASE WHEN ((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE) THEN 2 ELSE 0 END AS UBIGINT) AS steps , hash(c.session_id) AS session, CASE WHEN c.user_id <> '' THEN hash(c.user_id) END AS user_id_hash, CASE WHEN c.device_id <> '' THEN hash(c.device_id) END AS device_id_hash FROM calls c WHERE c.project = ? AND c.time >= ? AND c.time < ? AND ((coalesce(c.status >= 500, c.error NOT IN ('', 'abort')) = ?) AND ((((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE)))) AND c.bot = '' AND (c.user_id <> '' OR c.device_id <> '' OR c.tied >= ?)
    ), found AS MATERIALIZED (
        SELECT coalesce(l.server, l.client) AS call, l.client, l.server IS NOT NULL AS served , CASE WHEN l.user_id <> '' THEN hash(l.user_id) END AS user_id_hash, CASE WHEN l.device_id <> '' THEN hash(l.device_id) END AS device_id_hash
        FROM links l
        WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND coalesce(l.server, l.client) IN (SELECT id FROM matched)
    ), several AS MATERIALIZED (
        SELECT call FROM found GROUP BY call HAVING count(*) > 1
    ), best AS MATERIALIZED (
        FROM found WHERE call NOT IN (FROM several)
        UNION ALL
        SELECT l.call, l.client, l.server IS NOT NULL AS served , CASE WHEN l.user_id <> '' THEN hash(l.user_id) END AS user_id_hash, CASE WHEN l.device_id <> '' THEN hash(l.device_id) END AS device_id_hash FROM (-- The best link of each call to an action or a client call.
SELECT l.*, coalesce(l.server, l.client) AS call
FROM links l
WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND coalesce(l.server, l.client) IN (FROM several)
QUALIFY row_number() OVER (
    PARTITION BY coalesce(l.server, l.client)
    ORDER BY l.confidence DESC, list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method), CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END, CASE l.client_form WHEN 1 THEN CAST(l.client AS VARCHAR) WHEN 2 THEN replace(CAST(l.client AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.client AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.client_text ELSE '' END
) = 1) l
    )
    SELECT m.*, a.time AS asked, epoch_us(m.time) * 18446744073709551616::HUGEINT + m.seq AS place, coalesce(CASE WHEN p.upto IS NULL OR m.session = p.session AND m.time BETWEEN p.since AND p.upto THEN p.person END, coalesce(m.user_id_hash, l.user_id_hash, ~m.device_id_hash, ~l.device_id_hash)) AS unit,
        CASE WHEN m.served THEN l.client END AS client, CASE WHEN NOT m.served OR l.client IS NULL THEN m.seq END AS alone
    FROM matched m
    LEFT JOIN best l ON l.call = m.id
    LEFT JOIN (
        SELECT id, max(time) AS time FROM calls
        WHERE project = ? AND time >= ? AND time < ? AND side = 'client' AND id IN (SELECT client FROM best WHERE served)
        GROUP BY id
    ) a ON a.id = CASE WHEN m.served THEN l.client END -- one equality: a second condition makes the join try all pairs
     LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, hash(session_id) AS session, since, upto
FROM people
WHERE project = ?) p ON p.id = coalesce(m.user_id_hash, l.user_id_hash, ~m.device_id_hash, ~l.device_id_hash)
    WHERE m.served OR m.id NOT IN (
        SELECT l.client FROM links l
        WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND l.server IS NOT NULL
            AND l.client IN (SELECT id FROM matched WHERE NOT served)
    )
)
WHERE unit IS NOT NULL
GROUP BY client, alone
HAVING coalesce(min(asked), min(time)) >= ? AND coalesce(min(asked), min(time)) < ?)
GROUP BY unit
-- Paid
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- Paid
-- Paid
-- 1
-- asset
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- true
-- asset
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
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 0.5
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
