-- Rows by where they came from; those of calls are counted with the calls.
SELECT split_part(origin, chr(31), 1) AS source, CAST(sum(events) AS BIGINT), CAST(sum(spans) AS BIGINT), CAST(sum(late) AS BIGINT)
FROM (
    SELECT origin, count(*) AS events, 0 AS spans, count(*) FILTER (late) AS late
    FROM events WHERE project = $1 AND time >= $2 AND time < $3 GROUP BY origin
    UNION ALL
    SELECT origin, 0, count(*), count(*) FILTER (late)
    FROM spans WHERE project = $1 AND time >= $2 AND time < $3 GROUP BY origin
)
GROUP BY source
