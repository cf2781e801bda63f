SELECT CAST(CASE WHEN c.time < ? THEN 0 ELSE least(1 + (epoch_us(c.time) - ?) // ?, ?) END AS BIGINT) AS bucket  , CAST(coalesce(sum(c.weight) FILTER ((coalesce(c.status >= 500, c.error NOT IN ('', 'abort'))) AND ((c.side = TRY_CAST(? AS call_side)) AND ((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE))), 0) / sum(c.weight) FILTER (((c.side = TRY_CAST(? AS call_side)) AND ((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE))) AS DOUBLE), CAST(sum(c.weight) FILTER (((c.class = TRY_CAST(? AS call_class)) AND (c.side = TRY_CAST(? AS call_side)))) AS DOUBLE)
FROM calls c LEFT JOIN (-- The calls whose action is known, by a link of their own or by one of a client call
-- that they answered. Parameters: scope of the calls' links, then of the client calls'.
SELECT DISTINCT coalesce(l.server, l.client) AS call, true AS linked
FROM links l
WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
    AND (l.event IS NOT NULL OR l.client IN (
        SELECT a.client FROM links a
        WHERE a.project = ? AND a.time >= ? AND a.time < ? AND a.confidence >= ?
            AND a.event IS NOT NULL AND a.server IS NULL AND a.client IS NOT NULL
    ))) l ON l.call = c.id WHERE c.project = ? AND c.time >= ? AND c.time < ? AND ((coalesce(l.linked, false) = ?) AND (((c.side = TRY_CAST(? AS call_side)) AND ((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE)) OR ((c.class = TRY_CAST(? AS call_class)) AND (c.side = TRY_CAST(? AS call_side)))))
GROUP BY ALL
-- 2026-11-23 13:00:00 +0000 UTC
-- 1795438800000000
-- 3600000000
-- 2
-- server
-- asset
-- server
-- asset
-- asset
-- server
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-22 12:00:00 +0000 UTC
-- 2026-11-24 13:00:00 +0000 UTC
-- 0.5
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- true
-- server
-- asset
-- asset
-- server
