-- The places where signals were given, the most people first, each followed by its
-- numbers: how often it was used at all, its kinds of signals, and what was called.
WITH visits AS MATERIALIZED (
    SELECT s.session_id, coalesce(CASE WHEN p.upto IS NULL OR s.session_id = p.session_id AND s.started BETWEEN p.since AND p.upto THEN p.person END, CASE WHEN s.user_id <> '' THEN hash(s.user_id) WHEN s.device_id <> '' THEN ~hash(s.device_id) END) AS person FROM (-- Sessions with their parts added up: where it began and on what from the first
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
WHERE project = ?) p ON p.id = CASE WHEN s.user_id <> '' THEN hash(s.user_id) WHEN s.device_id <> '' THEN ~hash(s.device_id) END WHERE s.started >= ? AND s.started < ? AND s.bot = '' AND (split_part(s.context, chr(31), 1) = ?)
), marks AS MATERIALIZED (
    SELECT s.page, s.target AS target, s.kind, s.event, s.session_id, v.person
    FROM signals s JOIN visits v ON v.session_id = s.session_id
    WHERE s.project = ? AND s.time >= ? AND s.time < ? AND (s.kind = ?)
), places AS MATERIALIZED (
    SELECT page, target, count(DISTINCT person) AS people, count(DISTINCT session_id) AS sessions, count(*) AS signals
    FROM marks
    GROUP BY page, target
    ORDER BY people DESC, sessions DESC, signals DESC, page, target
    LIMIT ?
), acts AS MATERIALIZED (
    SELECT i.page, i.event, i.time, i.service, i.verb, i.route, i.failed, i.slowest_us, i.session_id
    FROM interactions i
    WHERE i.project = ? AND i.time >= ? AND i.time < ? AND (i.page IN (SELECT page FROM places) OR i.event IN (SELECT event FROM marks))
), deeds AS (
    SELECT i.page, i.event, i.time, any_value(v.person) AS person, coalesce(min(CASE WHEN e.target <> '' THEN e.target ELSE e.selector END), '') AS target
    FROM acts i JOIN visits v ON v.session_id = i.session_id LEFT JOIN events e ON e.id = i.event AND e.time = i.time AND e.project = ? AND e.time >= ? AND e.time < ?
    GROUP BY i.page, i.event, i.time
), uses AS (
    SELECT page, target, person, 1 AS act FROM deeds
    UNION ALL
    SELECT page, target, person, 0 FROM marks
), causes AS (
    SELECT page, target, event, bool_or(kind = 'error_click') AS refused FROM marks GROUP BY page, target, event
)
SELECT CAST(1 AS BIGINT) AS part, page, target, '' AS kind, '' AS service, '' AS verb, '' AS route, people AS a, sessions AS b, signals AS c, NULL AS p75
FROM places
UNION ALL
SELECT 2, p.page, p.target, '', '', '', '', CAST(sum(u.act) AS BIGINT), count(DISTINCT u.person), 0, NULL
FROM places p JOIN uses u ON u.page = p.page AND u.target = p.target
GROUP BY p.page, p.target
UNION ALL
SELECT 3, p.page, p.target, m.kind, '', '', '', count(*), count(DISTINCT m.person), 0, NULL
FROM places p JOIN marks m ON m.page = p.page AND m.target = p.target
GROUP BY p.page, p.target, m.kind
UNION ALL
SELECT 4, p.page, p.target, '', i.service, i.verb, i.route, count(*), count(*) FILTER (i.failed > 0 OR m.refused), 0, quantile_cont(nullif(i.slowest_us, 0), 0.75)
FROM places p JOIN causes m ON m.page = p.page AND m.target = p.target JOIN acts i ON i.event = m.event
WHERE i.service || i.verb || i.route <> ''
GROUP BY p.page, p.target, i.service, i.verb, i.route
ORDER BY part
-- 1
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- mobile
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- rage_click
-- 51
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
