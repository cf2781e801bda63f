-- How calls ended and how long they took, by bucket of time: of a range of whole hours
-- and minutes from rollups, of its two ends from calls.
SELECT CAST(/*bucket*/ AS BIGINT) AS moment, CAST(outcome AS BIGINT) AS outcome, CAST(duration AS BIGINT) AS duration, sum(n), CAST(sum(samples) AS BIGINT)
FROM (
    SELECT hour AS time, outcome, bucket AS duration, n, samples
    FROM rollup_hours c
    WHERE c.project = ? AND c.hour >= ? AND c.hour < ? AND (/*rolled*/)
    UNION ALL
    SELECT minute, outcome, bucket, n, samples
    FROM rollup_minutes c
    WHERE c.project = ? AND c.minute >= ? AND c.minute < ? AND (/*rolled*/)
    UNION ALL
    SELECT c.time, /*outcome*/, CASE WHEN c.duration_us IS NULL THEN -2 ELSE /*duration*/ END, c.weight, 1
    FROM calls c
    WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> CAST('asset' AS call_class) AND (/*raw*/)
    UNION ALL
    SELECT c.time, /*outcome*/, CASE WHEN c.duration_us IS NULL THEN -2 ELSE /*duration*/ END, c.weight, 1
    FROM calls c
    WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> CAST('asset' AS call_class) AND (/*raw*/)
)
GROUP BY ALL
HAVING sum(samples) > 0
