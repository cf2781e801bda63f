SELECT CAST(/*bucket*/ AS BIGINT) AS moment, CAST(/*duration*/ AS BIGINT) AS duration,
    CAST(round(sum(c.weight)) AS BIGINT), CAST(round(coalesce(sum(c.weight) FILTER (/*failed*/), 0)) AS BIGINT)
FROM /*rows*/ AND c.duration_us IS NOT NULL
GROUP BY ALL
ORDER BY ALL
