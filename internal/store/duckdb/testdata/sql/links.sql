SELECT l.time, l.event, l.event_form, l.event_text, l.client, l.client_form, l.client_text,
    l.server, l.server_form, l.server_text, l.method, l.confidence, l.session_id, l.device_id, l.user_id,
    l.service, l.verb, l.route
FROM links l
WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?  AND l.time <= ? AND (l.time < ? OR (CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END, CASE l.client_form WHEN 1 THEN CAST(l.client AS VARCHAR) WHEN 2 THEN replace(CAST(l.client AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.client AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.client_text ELSE '' END, CASE l.server_form WHEN 1 THEN CAST(l.server AS VARCHAR) WHEN 2 THEN replace(CAST(l.server AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.server AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.server_text ELSE '' END) > (?, ?, ?))
ORDER BY l.time DESC, CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END, CASE l.client_form WHEN 1 THEN CAST(l.client AS VARCHAR) WHEN 2 THEN replace(CAST(l.client AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.client AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.client_text ELSE '' END, CASE l.server_form WHEN 1 THEN CAST(l.server AS VARCHAR) WHEN 2 THEN replace(CAST(l.server AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.server AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.server_text ELSE '' END
LIMIT ?
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 0.5
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 12:00:00 +0000 UTC
-- a
-- 
-- 
-- 101
