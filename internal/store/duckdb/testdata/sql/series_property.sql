SELECT CAST(CASE WHEN e.time < ? THEN 0 ELSE least(1 + (epoch_us(e.time) - ?) // ?, ?) END AS BIGINT) AS bucket  , CAST(quantile_cont(CASE WHEN json_type(nullif(e.properties, ''), ?) IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE') THEN CAST(json_extract_string(nullif(e.properties, ''), ?) AS DOUBLE) END, 0.75) AS DOUBLE)
FROM events e WHERE e.project = ? AND e.time >= ? AND e.time < ? AND e.bot = ''
GROUP BY ALL
-- 2026-11-23 13:00:00 +0000 UTC
-- 1795438800000000
-- 3600000000
-- 2
-- /value
-- /value
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
