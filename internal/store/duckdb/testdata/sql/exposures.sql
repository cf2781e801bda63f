-- Requests, person by person in order of time: calls of both sides, those of the servers
-- folded into the client call that their best link names (tiers). Nearly all calls have
-- one link: only those of the others (several) are sorted.
-- Parameters: the calls, the scope of links, twice, whose they are, the range.
WITH seen AS MATERIALIZED (
    SELECT c.id, c.time, c.seq, c.side = 'server' AS served, coalesce(c.status >= 500, c.error NOT IN ('', 'abort')) AS failed, c.duration_us AS took,
        hash(c.service, c.method, c.route) AS endpoint, trim(split_part(c.context, chr(31), 1) || ' ' || split_part(c.context, chr(31), 4)) AS device, CASE WHEN c.session_id <> '' THEN hash(c.session_id) END AS session_id_hash , hash(c.session_id) AS session, CASE WHEN c.user_id <> '' THEN hash(c.user_id) END AS user_id_hash, CASE WHEN c.device_id <> '' THEN hash(c.device_id) END AS device_id_hash
    FROM calls c LEFT JOIN (-- What links tell of each call: the facts asked for of its best link, and whether any
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
JOIN counted c ON c.call = b.call) l ON l.call = c.id WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset' AND (((CASE WHEN c.session_id <> '' THEN c.session_id ELSE coalesce(l.session_id, '') END) <> '') AND ((CASE WHEN c.session_id <> '' THEN c.session_id ELSE coalesce(l.session_id, '') END) IN (SELECT s.session_id FROM (-- Sessions with their parts added up: where it began and on what from the first
-- part, user, account and exit from the last that names them.
SELECT min(p.started) AS started, max(p.ended) AS ended, first(p.session_id) AS session_id, p.session_hash,
    arg_min(p.anchor, p.place) AS anchor, arg_min(p.anchor_form, p.place) AS anchor_form, arg_min(p.anchor_text, p.place) AS anchor_text,
    coalesce(arg_min(p.device_id, p.place) FILTER (p.device_id <> ''), '') AS device_id,
    coalesce(arg_max(p.user_id, p.place) FILTER (p.user_id <> ''), '') AS user_id,
    coalesce(arg_max(p.account_id, p.place) FILTER (p.account_id <> ''), '') AS account_id,
    bool_or(p.derived) AS derived,
    coalesce(arg_min(p.entry_page, p.place) FILTER (p.entry_page <> ''), '') AS entry_page,
    coalesce(arg_max(p.exit_page, p.place) FILTER (p.exit_page <> ''), '') AS exit_page,
    arg_min(p.context, p.place) AS context,
    -- Most questions ask for bot and nothing else that needs the place, which is dear.
    coalesce(arg_min(p.bot, CASE WHEN p.bot <> '' THEN row(p.started, CASE p.anchor_form WHEN 1 THEN CAST(p.anchor AS VARCHAR) WHEN 2 THEN replace(CAST(p.anchor AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(p.anchor AS VARCHAR), '-', ''), 16) WHEN 4 THEN p.anchor_text ELSE '' END) END), CAST('' AS bot_class)) AS bot,
    CAST(sum(p.events) AS BIGINT) AS events, CAST(sum(p.pages) AS BIGINT) AS pages, CAST(sum(p.actions) AS BIGINT) AS actions,
    CAST(sum(p.calls) AS BIGINT) AS calls, CAST(sum(p.failed) AS BIGINT) AS failed, CAST(sum(p.signals) AS BIGINT) AS signals
FROM (
    SELECT *, row(started, CASE p.anchor_form WHEN 1 THEN CAST(p.anchor AS VARCHAR) WHEN 2 THEN replace(CAST(p.anchor AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(p.anchor AS VARCHAR), '-', ''), 16) WHEN 4 THEN p.anchor_text ELSE '' END) AS place
    FROM sessions p
    WHERE project = ? AND session_hash IN (SELECT session_hash FROM sessions WHERE project = ? AND started >= ? AND started < ?)
) p
GROUP BY p.session_hash) s WHERE TRUE AND (split_part(s.context, chr(31), 1) = ?)))) AND c.bot = ''
), found AS MATERIALIZED (
    SELECT coalesce(l.server, l.client) AS call, l.client, l.event, CASE WHEN l.session_id <> '' THEN hash(l.session_id) END AS session_id_hash , CASE WHEN l.user_id <> '' THEN hash(l.user_id) END AS user_id_hash, CASE WHEN l.device_id <> '' THEN hash(l.device_id) END AS device_id_hash
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND coalesce(l.server, l.client) IN (SELECT id FROM seen)
), several AS MATERIALIZED (
    SELECT call FROM found GROUP BY call HAVING count(*) > 1
), best AS MATERIALIZED (
    FROM found WHERE call NOT IN (FROM several)
    UNION ALL
    SELECT l.call, l.client, l.event, CASE WHEN l.session_id <> '' THEN hash(l.session_id) END AS session_id_hash , CASE WHEN l.user_id <> '' THEN hash(l.user_id) END AS user_id_hash, CASE WHEN l.device_id <> '' THEN hash(l.device_id) END AS device_id_hash FROM (-- The best link of each call to an action or a client call.
SELECT l.*, coalesce(l.server, l.client) AS call
FROM links l
WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND coalesce(l.server, l.client) IN (FROM several)
QUALIFY row_number() OVER (
    PARTITION BY coalesce(l.server, l.client)
    ORDER BY l.confidence DESC, list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method), CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END, CASE l.client_form WHEN 1 THEN CAST(l.client AS VARCHAR) WHEN 2 THEN replace(CAST(l.client AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.client AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.client_text ELSE '' END
) = 1) l
), asked AS MATERIALIZED (
    SELECT DISTINCT id FROM seen WHERE NOT served
), tiers AS MATERIALIZED (
    SELECT l.client, bool_or(m.failed) AS failed, arg_min({'endpoint': m.endpoint, 'took': m.took}, (coalesce(m.took, 9223372036854775807), -m.seq)) AS inner
    FROM seen m JOIN best l ON l.call = m.id
    WHERE m.served AND l.client IN (FROM asked)
    GROUP BY l.client
), faces AS (
    SELECT m.time, m.seq, coalesce(t.failed, false) OR m.failed AS failed, t.inner.took IS NOT NULL OR m.served AND m.took IS NOT NULL AS served,
        coalesce(t.inner.took, m.took, -1) AS took, coalesce(t.inner.endpoint, m.endpoint) AS endpoint, m.device,
        coalesce(m.session_id_hash, l.session_id_hash) AS session, hash(l.event) AS action, l.event IS NOT NULL AS caused, coalesce(CASE WHEN p.upto IS NULL OR m.session = p.session AND m.time BETWEEN p.since AND p.upto THEN p.person END, coalesce(m.user_id_hash, l.user_id_hash, ~m.device_id_hash, ~l.device_id_hash)) AS unit
    FROM seen m
    LEFT JOIN best l ON l.call = m.id
    LEFT JOIN tiers t ON t.client = CASE WHEN NOT m.served THEN m.id END -- one equality: a second condition makes the join try all pairs
     LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, hash(session_id) AS session, since, upto
FROM people
WHERE project = ?) p ON p.id = coalesce(m.user_id_hash, l.user_id_hash, ~m.device_id_hash, ~l.device_id_hash)
    WHERE NOT m.served OR l.client IS NULL OR l.client NOT IN (FROM asked)
)
SELECT unit, coalesce(session, 0) AS session, CASE WHEN caused THEN action ELSE 0 END AS action, endpoint, epoch_us(time) AS time, took, served, failed, device
FROM faces
WHERE unit IS NOT NULL AND time >= ? AND time < ? AND session IS NOT NULL 
ORDER BY unit, time, seq
-- 1
-- 2026-11-23 11:45:00 +0000 UTC
-- 2026-11-23 13:15:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 11:45:00 +0000 UTC
-- 2026-11-23 13:15:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 11:45:00 +0000 UTC
-- 2026-11-23 13:15:00 +0000 UTC
-- 1
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- mobile
-- 1
-- 2026-11-22 11:45:00 +0000 UTC
-- 2026-11-24 13:15:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-22 11:45:00 +0000 UTC
-- 2026-11-24 13:15:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
