-- How calls ended and how long they took, by bucket of time: of a range of whole hours
-- and minutes from rollups, of its two ends from calls.
SELECT CAST(CASE WHEN time < ? THEN 0 ELSE least(1 + (epoch_us(time) - ?) // ?, ?) END AS BIGINT) AS moment, CAST(outcome AS BIGINT) AS outcome, CAST(duration AS BIGINT) AS duration, sum(n), CAST(sum(samples) AS BIGINT)
FROM (
    SELECT hour AS time, outcome, bucket AS duration, n, samples
    FROM rollup_hours c
    WHERE c.project = ? AND c.hour >= ? AND c.hour < ? AND (((c.outcome >= 5 OR c.outcome = -1) = ?) AND (c.side = TRY_CAST(? AS call_side)))
    UNION ALL
    SELECT minute, outcome, bucket, n, samples
    FROM rollup_minutes c
    WHERE c.project = ? AND c.minute >= ? AND c.minute < ? AND (((c.outcome >= 5 OR c.outcome = -1) = ?) AND (c.side = TRY_CAST(? AS call_side)))
    UNION ALL
    SELECT c.time, CASE WHEN coalesce(c.status, 0) <> 0 THEN c.status // 100 WHEN c.error NOT IN ('', 'abort') THEN -1 ELSE 0 END, CASE WHEN c.duration_us IS NULL THEN -2 ELSE CASE WHEN c.duration_us <= 1 THEN -1 ELSE ceil(log2(c.duration_us) * 8) - 1 END END, c.weight, 1
    FROM calls c
    WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> CAST('asset' AS call_class) AND ((coalesce(c.status >= 500, c.error NOT IN ('', 'abort')) = ?) AND (c.side = TRY_CAST(? AS call_side)))
    UNION ALL
    SELECT c.time, CASE WHEN coalesce(c.status, 0) <> 0 THEN c.status // 100 WHEN c.error NOT IN ('', 'abort') THEN -1 ELSE 0 END, CASE WHEN c.duration_us IS NULL THEN -2 ELSE CASE WHEN c.duration_us <= 1 THEN -1 ELSE ceil(log2(c.duration_us) * 8) - 1 END END, c.weight, 1
    FROM calls c
    WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> CAST('asset' AS call_class) AND ((coalesce(c.status >= 500, c.error NOT IN ('', 'abort')) = ?) AND (c.side = TRY_CAST(? AS call_side)))
)
GROUP BY ALL
HAVING sum(samples) > 0
-- 2026-11-23 13:00:00 +0000 UTC
-- 1795438800000000
-- 3600000000
-- 2
-- 1
-- 2026-11-23 13:00:00 +0000 UTC
-- 2026-11-23 15:00:00 +0000 UTC
-- true
-- server
-- 1
-- 2026-11-23 13:00:00 +0000 UTC
-- 2026-11-23 15:00:00 +0000 UTC
-- true
-- server
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- true
-- server
-- 1
-- 2026-11-23 15:00:00 +0000 UTC
-- 2026-11-23 15:00:00 +0000 UTC
-- true
-- server
