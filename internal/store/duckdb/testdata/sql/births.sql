-- When each unit first occurs among rows.
SELECT unit, epoch_us(min(time)) AS born
FROM (SELECT unit, time, seq, steps 
FROM (
    SELECT m.*, coalesce(m.account_id_hash) AS unit
    FROM (SELECT e.time, e.seq, CAST(CASE WHEN TRUE THEN 1 ELSE 0 END AS UBIGINT) AS steps , CASE WHEN e.account_id <> '' THEN hash(e.account_id) END AS account_id_hash FROM events e WHERE e.project = ? AND e.time >= ? AND e.time < ? AND e.bot = '' AND ((TRUE))) m 
)
WHERE unit IS NOT NULL)
GROUP BY unit
-- 1
-- 0001-01-01 00:00:00 +0000 UTC
-- 2026-11-27 12:00:00 +0000 UTC
