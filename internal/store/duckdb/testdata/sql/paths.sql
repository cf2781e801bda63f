-- The rows that match steps (bit i of steps: the i-th), by unit.
SELECT unit, list(epoch_us(time)) AS times, list(seq) AS seqs, list(steps) AS steps , list(label)
FROM (SELECT unit, time, seq, steps , label
FROM (
    SELECT m.*, coalesce(CASE WHEN p.upto IS NULL OR m.session_id = p.session_id AND m.time BETWEEN p.since AND p.upto THEN p.person END, coalesce(m.user_id_hash, ~m.device_id_hash)) AS unit
    FROM (SELECT e.time, e.seq, CAST(CASE WHEN TRUE THEN 1 ELSE 0 END AS UBIGINT) AS steps , e.session_id, CASE WHEN e.user_id <> '' THEN hash(e.user_id) END AS user_id_hash, CASE WHEN e.device_id <> '' THEN hash(e.device_id) END AS device_id_hash, coalesce(CASE WHEN steps & 1 <> 0 THEN coalesce(nullif(e.page_route, ''), nullif(e.path, ''), '') END, '') AS label FROM events e WHERE e.project = ? AND e.time >= ? AND e.time < ? AND e.bot = '' AND ((TRUE))) m  LEFT JOIN (SELECT CASE WHEN is_user THEN hash(id) ELSE ~hash(id) END AS id, hash(person) AS person, person AS name, session_id, hash(session_id) AS session, since, upto
FROM people
WHERE project = ?) p ON p.id = coalesce(m.user_id_hash, ~m.device_id_hash)
)
WHERE unit IS NOT NULL)
GROUP BY unit
-- 1
-- 2026-11-23 12:00:00 +0000 UTC
-- 2026-11-23 13:00:00 +0000 UTC
-- 1
