WITH ties AS (
    -- Each call of the endpoint with the action that caused it, directly or through its client call.
    SELECT coalesce(l.event, a.event) AS event, coalesce(l.server, l.client) AS call, l.device_id, l.user_id
    FROM links l
    LEFT JOIN (
        SELECT client, event FROM links
        WHERE project = ? AND time >= ? AND time < ? AND confidence >= ? AND event IS NOT NULL AND client IS NOT NULL
    ) a ON a.client = l.client AND l.event IS NULL
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
        AND l.service = ? AND l.verb = ? AND l.route = ? AND coalesce(l.event, a.event) IS NOT NULL
)
SELECT e.name, e.kind, e.page_route, CAST(sum(c.weight) AS DOUBLE), CAST(coalesce(sum(c.weight) FILTER (/*failed*/), 0) AS DOUBLE),
    count(DISTINCT /*person*/)
FROM ties l
JOIN events e ON e.id = l.event AND e.project = ?
JOIN calls c ON c.id = l.call AND c.project = ? AND c.time >= ? AND c.time < ?
WHERE TRUE /*conditions*/
GROUP BY ALL
