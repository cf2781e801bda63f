-- What links tell of each call: the facts asked for of its best link, and whether any
-- ties it to a client call (answered). Nearly all calls have one link; only the others
-- are sorted. Parameters: scope of the links, twice.
WITH counted AS (
    SELECT coalesce(l.server, l.client) AS call, count(*) AS n,
        bool_or(l.client IS NOT NULL AND l.server IS NOT NULL) AS answered /*first*/
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
    GROUP BY coalesce(l.server, l.client)
)
SELECT call, answered /*names*/
FROM counted
WHERE n = 1
UNION ALL
SELECT b.call, c.answered /*best*/
FROM (
    SELECT coalesce(l.server, l.client) AS call /*facts*/
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
        AND coalesce(l.server, l.client) IN (SELECT call FROM counted WHERE n > 1)
    QUALIFY row_number() OVER (PARTITION BY coalesce(l.server, l.client) ORDER BY l.confidence DESC, /*rank*/, /*event*/, /*client*/) = 1
) b
JOIN counted c ON c.call = b.call
