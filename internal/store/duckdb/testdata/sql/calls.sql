-- The places of the rows are found on few columns; in the order of time they lie near
-- each other, so that the other columns are read there only.
WITH places AS (
    SELECT c.rowid AS place, CASE (c.forms >> 0) & 7 WHEN 1 THEN CAST(c.id AS VARCHAR) WHEN 2 THEN replace(CAST(c.id AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(c.id AS VARCHAR), '-', ''), 16) WHEN 4 THEN split_part(c.odd, chr(31), 1) ELSE '' END AS id_order
    FROM calls c 
    WHERE c.project = ? AND c.time >= ? AND c.time < ?  AND c.class <> 'asset'
    ORDER BY c.time DESC, id_order DESC
    LIMIT ?
), page AS (
    SELECT c.*, p.id_order
    FROM calls c
    JOIN places p ON p.place = c.rowid
)
SELECT c.time, c.own_time, c.id, c.forms, c.odd, c.side, c.class, c.service, c.method, c.route,
    c.host, c.path, c.query, c.status, c.error, c.duration_us, c.grain_us,
    c.device_id, c.user_id, c.account_id, c.session_id,
    c.action, c.trace, c.span, c.parent, c.server_trace, c.request, c.page_id,
    c.request_bytes, c.response_bytes, c.release, c.weight, c.context, c.attributes,
    c.origin, c.sent_at, c.consent, c.bot, l.call IS NULL AND c.seq > (SELECT value FROM state WHERE name = 'watermark'), l.call IS NOT NULL, l.time, l.event, l.event_form, l.event_text, l.client, l.client_form, l.client_text,
    l.server, l.server_form, l.server_text, l.method, l.confidence, l.session_id, l.device_id, l.user_id,
    l.service, l.verb, l.route
FROM page c
LEFT JOIN (-- The best link of each call to an action or a client call.
SELECT l.*, coalesce(l.server, l.client) AS call
FROM links l
WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND coalesce(l.server, l.client) IN (SELECT id FROM page)
QUALIFY row_number() OVER (
    PARTITION BY coalesce(l.server, l.client)
    ORDER BY l.confidence DESC, list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method), CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END, CASE l.client_form WHEN 1 THEN CAST(l.client AS VARCHAR) WHEN 2 THEN replace(CAST(l.client AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.client AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.client_text ELSE '' END
) = 1) l ON l.call = c.id
ORDER BY c.time DESC, id_order DESC
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 101
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 0.5
