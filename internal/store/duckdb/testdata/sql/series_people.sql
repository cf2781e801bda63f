SELECT CAST(CASE WHEN c.time < ? THEN 0 ELSE least(1 + (epoch_us(c.time) - ?) // ?, ?) END AS BIGINT) AS bucket,  CAST((count(DISTINCT CASE WHEN c.bot = '' THEN coalesce(nullif(c.user_id, ''), nullif(l.user_id, '')) END) + count(DISTINCT CASE WHEN CASE WHEN c.bot = '' THEN coalesce(nullif(c.user_id, ''), nullif(l.user_id, '')) END IS NULL THEN CASE WHEN c.bot = '' THEN coalesce(nullif(c.device_id, ''), nullif(l.device_id, '')) END END)) AS DOUBLE)
FROM calls c LEFT JOIN (-- The best link of each call to an action or a client call; whether any ties it to
-- a client call (answered); and the action that caused the call, if known: by a
-- link of its own, else by the best one of a client call that it answered.
-- Parameters: scope of the client calls' links, then of the calls'.
SELECT l.*, l.action IS NOT NULL AS linked
FROM (
    SELECT l.*, coalesce(l.server, l.client) AS call,
        bool_or(l.client IS NOT NULL AND l.server IS NOT NULL) OVER linked_call AS answered,
        coalesce(first_value(l.event IGNORE NULLS) OVER ordered, first_value(a.event IGNORE NULLS) OVER ordered) AS action,
        row_number() OVER ordered AS rank
    FROM links l
    LEFT JOIN (
        SELECT client, arg_min(event, place) AS event
        FROM (
            SELECT client, event, row(-confidence, list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method), CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END) AS place
            FROM links l
            WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
                AND l.event IS NOT NULL AND l.server IS NULL AND l.client IS NOT NULL
        )
        GROUP BY client
    ) a ON a.client = l.client AND l.server IS NOT NULL
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? 
    WINDOW linked_call AS (PARTITION BY coalesce(l.server, l.client)),
        ordered AS (
            PARTITION BY coalesce(l.server, l.client)
            ORDER BY l.confidence DESC, list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method), CASE l.event_form WHEN 1 THEN CAST(l.event AS VARCHAR) WHEN 2 THEN replace(CAST(l.event AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.event AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.event_text ELSE '' END, CASE l.client_form WHEN 1 THEN CAST(l.client AS VARCHAR) WHEN 2 THEN replace(CAST(l.client AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST(l.client AS VARCHAR), '-', ''), 16) WHEN 4 THEN l.client_text ELSE '' END
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
) l
WHERE l.rank = 1) l ON l.call = c.id WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset' AND c.side = 'server'
GROUP BY ALL
-- 2026-11-23 13:00:00 +0000 UTC
-- 1795438800000000
-- 3600000000
-- 2
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
