SELECT service, method, route, CAST(outcome AS BIGINT), CAST(bucket AS BIGINT), sum(n), CAST(sum(samples) AS BIGINT), max(last_seen)
FROM (
    SELECT * FROM rollup_hours WHERE project = ? AND hour >= ? AND hour < ?
    UNION ALL
    SELECT * FROM rollup_minutes WHERE project = ? AND minute >= ? AND minute < ?
)
WHERE side = ? /*only*/
GROUP BY service, method, route, outcome, bucket
HAVING sum(samples) > 0
