-- The page is found on the columns that decide; the others are added up for its sessions only.
WITH page AS (
    SELECT s.session_hash
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
GROUP BY p.session_hash) s
    WHERE s.started >= ? AND s.started < ?  AND s.bot = '' AND (s.started < ? OR s.started = ? AND s.session_id > ?)
    ORDER BY s.started DESC, s.session_id
    LIMIT ?
)
SELECT s.started, s.ended, s.session_id, s.anchor, s.anchor_form, s.anchor_text,
    s.device_id, s.user_id, s.account_id, s.derived, s.entry_page, s.exit_page,
    s.context, s.bot,
    s.events, s.pages, s.actions, s.calls, s.failed, s.signals
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
    WHERE project = ? AND session_hash IN (SELECT session_hash FROM page)
) p
GROUP BY p.session_hash) s
ORDER BY s.started DESC, s.session_id
-- 1
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 12:00:00 +0000 UTC
-- a
-- 101
-- 1
