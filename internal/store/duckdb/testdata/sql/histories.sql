-- The rows that match steps (bit i of steps: the i-th), by unit, of the units that match the
-- first in a range.
-- Parameters: the rows, the range.
SELECT unit, list(epoch_us(time)) AS times, list(seq) AS seqs, list(steps) AS steps , any_value(name)
FROM (SELECT unit, time, seq, steps , name
FROM (
    SELECT m.*, coalesce(m.session_id_hash) AS unit, coalesce(nullif(m.session_id, '')) AS name
    FROM (SELECT e.time, e.seq, CAST(CASE WHEN TRUE THEN 1 ELSE 0 END AS UBIGINT) AS steps , CASE WHEN e.session_id <> '' THEN hash(e.session_id) END AS session_id_hash, e.session_id FROM events e WHERE e.project = ? AND e.time >= ? AND e.time < ? AND e.bot = '' AND ((TRUE))) m 
)
WHERE unit IS NOT NULL)
GROUP BY unit
HAVING bool_or(steps & 1 <> 0 AND time >= ? AND time < ?)
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 12:01:00 +0000 UTC
