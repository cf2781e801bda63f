SELECT CAST(CASE WHEN s.started < ? THEN CASE WHEN s.started < ? THEN 0 ELSE 1 END ELSE CASE WHEN s.started < ? THEN 2 ELSE 3 END END AS BIGINT) AS bucket  , CAST(count(DISTINCT coalesce(CASE WHEN p.upto IS NULL OR s.session_id = p.session_id AND s.started BETWEEN p.since AND p.upto THEN p.person END, CASE WHEN s.user_id <> '' THEN hash(s.user_id) WHEN s.device_id <> '' THEN ~hash(s.device_id) END)) AS DOUBLE)
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
WHERE project = ?) p ON p.id = CASE WHEN s.user_id <> '' THEN hash(s.user_id) WHEN s.device_id <> '' THEN ~hash(s.device_id) END WHERE s.started >= ? AND s.started < ? AND s.bot = ''
GROUP BY ALL
-- 2026-11-25 13:00:00 +0000 UTC
-- 2026-11-24 12:00:00 +0000 UTC
-- 2026-11-26 12:00:00 +0000 UTC
-- 1
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
