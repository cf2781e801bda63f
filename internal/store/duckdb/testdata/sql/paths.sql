-- The rows that match steps (bit i of steps: the i-th), unit by unit in order of time.
SELECT unit, epoch_us(time) AS time, steps , label
FROM (SELECT unit, time, seq, steps , label
FROM (
    SELECT *, CASE WHEN m.user_id <> '' THEN hash(m.user_id) WHEN m.device_id <> '' THEN ~hash(m.device_id) END AS unit
    FROM (SELECT e.time, e.seq, CAST(CASE WHEN TRUE THEN 1 ELSE 0 END AS UBIGINT) AS steps , e.user_id, e.device_id, CASE WHEN steps & 1 <> 0 THEN coalesce(nullif(e.page_route, ''), nullif(e.path, ''), '') END AS label FROM events e WHERE e.project = ? AND e.time >= ? AND e.time < ? AND e.bot = '' AND ((TRUE))) m
)
WHERE unit IS NOT NULL)
ORDER BY unit, time, seq
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
