SELECT CAST(CASE WHEN i.time < ? THEN 0 ELSE least(1 + (epoch_us(i.time) - ?) // ?, ?) END AS BIGINT) AS bucket , CASE WHEN i.service || i.verb || i.route = '' THEN '' ELSE (CASE WHEN i.service = '' THEN '' ELSE i.service || ': ' END || i.verb || ' ' || i.route) END , CAST(coalesce(sum(1 * i.failed), 0) AS DOUBLE)
FROM interactions i LEFT JOIN (
    SELECT id, time, min(target) AS target FROM events WHERE project = ? AND time >= ? AND time < ? GROUP BY ALL
) e ON e.id = i.event AND e.time = i.time
WHERE i.project = ? AND i.time >= ? AND i.time < ? AND ((i.calls = ?) OR (i.calls = ?))
GROUP BY ALL
-- 2026-11-23 13:00:00 +0000 UTC
-- 1795438800000000
-- 3600000000
-- 2
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 1
-- 2
