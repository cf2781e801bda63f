SELECT CAST(CASE WHEN c.time < ? THEN 0 ELSE least(1 + (epoch_us(c.time) - ?) // ?, ?) END AS BIGINT) AS bucket  , CAST(coalesce(sum(c.weight) FILTER ((coalesce(c.status >= 500, c.error NOT IN ('', 'abort'))) AND ((c.side = TRY_CAST(? AS call_side)) AND ((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE))), 0) / sum(c.weight) FILTER (((c.side = TRY_CAST(? AS call_side)) AND ((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE))) AS DOUBLE), CAST(sum(c.weight) FILTER (((c.class = TRY_CAST(? AS call_class)) AND (c.side = TRY_CAST(? AS call_side)))) AS DOUBLE)
FROM calls c WHERE c.project = ? AND c.time >= ? AND c.time < ? AND ((coalesce(c.linked >= 0.5, false) = ?) AND (((c.side = TRY_CAST(? AS call_side)) AND ((c.class = TRY_CAST(? AS call_class)) IS NOT TRUE)) OR ((c.class = TRY_CAST(? AS call_class)) AND (c.side = TRY_CAST(? AS call_side)))))
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
-- true
-- server
-- asset
-- asset
-- server
