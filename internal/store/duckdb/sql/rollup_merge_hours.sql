-- Minutes before $1 and the hours they belong to, by the hour.
INSERT INTO merged
SELECT project, hour, side, service, method, route, outcome, bucket, sum(n), sum(samples), max(last_seen)
FROM (
    SELECT project, date_trunc('hour', minute) AS hour, * EXCLUDE (project, minute)
    FROM rollup_minutes
    WHERE minute < $1
    UNION ALL
    SELECT *
    FROM rollup_hours
    WHERE (project, hour) IN (SELECT project, date_trunc('hour', minute) FROM rollup_minutes WHERE minute < $1)
)
GROUP BY ALL
HAVING sum(samples) > 0
