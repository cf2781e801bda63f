SELECT e.time, e.own_time, e.id, e.forms, e.odd, e.name, e.kind,
    e.device_id, e.user_id, e.account_id, e.session_id, e.action, e.trace, e.span, e.duration_us,
    e.url_head, e.path, e.url_tail, e.page_route, e.title, e.referrer, e.page_id,
    e.selector, e.target, e.role, e.x, e.y, e.release, e.sender_seq, e.context, e.properties,
    e.origin, e.sent_at, e.consent, e.bot
FROM events e
WHERE e.project = ? AND e.time >= ? AND e.time < ?  AND e.bot = '' AND e.time <= ? AND (e.time < ? OR CASE (e.forms >> 0) & 7 WHEN 1 THEN CAST(e.id AS VARCHAR) WHEN 2 THEN replace(CAST(e.id AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(e.id AS VARCHAR), '-', ''), 16) WHEN 4 THEN split_part(e.odd, chr(31), 1) ELSE '' END < ?)
ORDER BY e.time DESC, CASE (e.forms >> 0) & 7 WHEN 1 THEN CAST(e.id AS VARCHAR) WHEN 2 THEN replace(CAST(e.id AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(e.id AS VARCHAR), '-', ''), 16) WHEN 4 THEN split_part(e.odd, chr(31), 1) ELSE '' END DESC
LIMIT ?
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 12:00:00 +0000 UTC
-- a
-- 101
