SELECT v.id, coalesce(arg_max(v.account_id, v.place) FILTER (v.account_id <> ''), '') AS account_id,
    min(v.started) AS first, max(v.started) AS last, count(*) AS sessions, CAST(sum(v.pages) AS BIGINT) AS pages,
    CAST(sum(v.actions) AS BIGINT) AS actions, CAST(sum(v.calls) AS BIGINT) AS calls,
    CAST(sum(v.failed) AS BIGINT) AS failed, CAST(sum(v.signals) AS BIGINT) AS signals,
    v.person <> hash(v.id) AS is_device
FROM (
    SELECT coalesce(CASE WHEN p.upto IS NULL OR s.session_id = p.session_id AND s.started BETWEEN p.since AND p.upto THEN p.name END, CASE WHEN s.user_id <> '' THEN s.user_id ELSE s.device_id END) AS id, coalesce(CASE WHEN p.upto IS NULL OR s.session_id = p.session_id AND s.started BETWEEN p.since AND p.upto THEN p.person END, CASE WHEN s.user_id <> '' THEN hash(s.user_id) WHEN s.device_id <> '' THEN ~hash(s.device_id) END) AS person, row(s.started, s.session_id) AS place,
        s.started, s.account_id, s.pages, s.actions, s.calls, s.failed, s.signals
    FROM (-- Sessions with their parts added up: where it began and on what from the first
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
GROUP BY p.session_hash) s LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, hash(session_id) AS session, since, upto
FROM people
WHERE project = ?) p ON p.id = CASE WHEN s.user_id <> '' THEN hash(s.user_id) WHEN s.device_id <> '' THEN ~hash(s.device_id) END WHERE s.started >= ? AND s.started < ? AND s.bot = '' AND (((split_part(s.context, chr(31), 1) = ?) AND ((s.session_id) <> '')) AND ((s.session_id) IN (SELECT CASE WHEN c.session_id <> '' THEN c.session_id ELSE coalesce(l.session_id, '') END FROM calls c LEFT JOIN (-- What links tell of each call: the facts asked for of its best link, and whether any
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
JOIN counted c ON c.call = b.call) l ON l.call = c.id WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset' AND (CASE WHEN c.user_id <> '' THEN c.user_id ELSE coalesce(l.user_id, '') END = ?))))
) v
WHERE v.person IS NOT NULL
GROUP BY v.person, v.id
HAVING TRUE AND (last < ? OR last = ? AND (v.id > ? OR v.id = ? AND is_device > ?))
ORDER BY last DESC, v.id, is_device
LIMIT ?
-- 1
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- mobile
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
-- u
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 12:00:00 +0000 UTC
-- a
-- a
-- false
-- 101
