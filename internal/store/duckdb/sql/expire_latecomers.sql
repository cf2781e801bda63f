-- The range of time of old records that arrived recently, an imported log for one.
-- Without any, a range in which nothing lies.
SELECT coalesce(min(time), TIMESTAMP '1970-01-01'), coalesce(max(time), TIMESTAMP '1970-01-01')
FROM (
    SELECT time FROM events WHERE time < ? AND seq > ?
    UNION ALL
    SELECT time FROM calls WHERE time < ? AND seq > ?
)
