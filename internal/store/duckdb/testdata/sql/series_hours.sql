SELECT CAST(CASE WHEN c.time < ? THEN 0 ELSE least(1 + (epoch_us(c.time) - ?) // ?, ?) END AS BIGINT) AS bucket , c.service , CAST(quantile_cont((c.duration_us / 1000), 0.95) AS DOUBLE)
FROM calls c WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset' AND c.side = 'server'
GROUP BY ALL
-- 2026-11-23 13:00:00 +0000 UTC
-- 1795438800000000
-- 3600000000
-- 2
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
