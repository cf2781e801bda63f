SELECT CAST(CASE WHEN c.time < ? THEN 0 ELSE least(1 + (epoch_us(c.time) - ?) // ?, ?) END AS BIGINT) AS moment, CAST(CASE WHEN c.duration_us <= 1 THEN -1 ELSE ceil(log2(c.duration_us) * 8) - 1 END AS BIGINT) AS duration,
    CAST(round(sum(c.weight)) AS BIGINT), CAST(round(coalesce(sum(c.weight) FILTER (coalesce(c.status >= 500, c.error NOT IN ('', 'abort'))), 0)) AS BIGINT)
FROM calls c WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset' AND c.side = 'server' AND c.duration_us IS NOT NULL
GROUP BY ALL
ORDER BY ALL
-- 2026-11-23 13:00:00 +0000 UTC
-- 1795438800000000
-- 3600000000
-- 2
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 15:00:00 +0000 UTC
