WITH arrived AS (
    SELECT 'event' AS kind, origin, count(*) AS n, 0 AS linked, count(*) FILTER (late) AS late
    FROM events WHERE project = $1 AND time >= $2 AND time < $3 GROUP BY origin
    UNION ALL
    SELECT CASE WHEN class = 'asset' THEN 'asset' ELSE 'call' END, origin, count(*), count(*) FILTER (class <> 'asset' AND tied >= $4), count(*) FILTER (late)
    FROM calls WHERE project = $1 AND time >= $2 AND time < $3 GROUP BY ALL
    UNION ALL
    SELECT 'span', origin, count(*), 0, count(*) FILTER (late)
    FROM spans WHERE project = $1 AND time >= $2 AND time < $3 GROUP BY origin
)
SELECT split_part(origin, chr(31), 1) AS source, CAST(coalesce(sum(n) FILTER (kind = 'event'), 0) AS BIGINT), CAST(coalesce(sum(n) FILTER (kind = 'call'), 0) AS BIGINT),
    CAST(coalesce(sum(n) FILTER (kind = 'span'), 0) AS BIGINT), CAST(sum(linked) AS BIGINT), CAST(sum(late) AS BIGINT)
FROM arrived
GROUP BY source
ORDER BY sum(n) DESC, source
