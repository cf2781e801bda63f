-- The places of the rows are found on few columns; in the order of time they lie near
-- each other, so that the other columns are read there only.
WITH places AS (
    SELECT c.rowid AS place, CASE (c.forms >> 0) & 7 WHEN 1 THEN CAST(c.id AS VARCHAR) WHEN 2 THEN replace(CAST(c.id AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(c.id AS VARCHAR), '-', ''), 16) WHEN 4 THEN split_part(c.odd, chr(31), 1) ELSE '' END AS id_order
    FROM calls c  LEFT JOIN (-- What links tell of each call: the facts asked for of its best link, and whether any
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
JOIN counted c ON c.call = b.call) l ON l.call = c.id
    WHERE c.project = ? AND c.time >= ? AND c.time < ?  AND c.class <> 'asset' AND (((((c.duration_us / 1000) > ?) OR ((contains(lower(nullif(c.path, '')), ?)) IS NOT TRUE) OR ((c.status = ?) OR (c.status = ?)) OR ((CASE json_type(nullif(c.attributes, ''), ?) WHEN 'OBJECT' THEN '' WHEN 'ARRAY' THEN '' WHEN 'NULL' THEN '' WHEN 'DOUBLE' THEN regexp_replace(json_extract_string(nullif(c.attributes, ''), ?), '\.0$', '') ELSE coalesce(json_extract_string(nullif(c.attributes, ''), ?), '') END) <> '') OR (nullif(CASE WHEN json_type(nullif(c.attributes, ''), ?) IN ('VARCHAR') THEN CAST(json_extract_string(nullif(c.attributes, ''), ?) AS VARCHAR) END, '') = ?) OR (c.route = ?)) AND ((CASE WHEN c.session_id <> '' THEN c.session_id ELSE coalesce(l.session_id, '') END) <> '')) AND ((CASE WHEN c.session_id <> '' THEN c.session_id ELSE coalesce(l.session_id, '') END) IN (SELECT s.session_id FROM (-- Sessions with their parts added up: where it began and on what from the first
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
GROUP BY p.session_hash) s WHERE TRUE AND (split_part(s.context, chr(31), 1) = ?))))
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
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 500
-- x
-- 500
-- 503
-- /a~1b
-- /a~1b
-- /a~1b
-- /plan
-- /plan
-- pro
-- /x
-- 1
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- mobile
-- 101
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 0.5
