-- Server calls that match are one request when their best links name one client call,
-- whose time is theirs; all else is that of the earliest of them (place). Client calls
-- that match count when no link names their answer. Nearly all calls have one link:
-- only those of the others (several) are sorted.
-- Parameters: the calls, the scope of links, twice, the client calls, whose they are, the scope of links, the range.
SELECT arg_min(unit, place) AS unit, coalesce(min(asked), min(time)) AS time, arg_min(seq, place) AS seq, bit_or(steps) AS steps /*first*/
FROM (
    WITH matched AS MATERIALIZED (
        SELECT c.id, c.time, c.seq, c.side = 'server' AS served, CAST(/*steps*/ AS UBIGINT) AS steps /*own*/ FROM /*rows*/
    ), found AS MATERIALIZED (
        SELECT coalesce(l.server, l.client) AS call, l.client, l.server IS NOT NULL AS served /*linked*/
        FROM links l
        WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND coalesce(l.server, l.client) IN (SELECT id FROM matched)
    ), several AS MATERIALIZED (
        SELECT call FROM found GROUP BY call HAVING count(*) > 1
    ), best AS MATERIALIZED (
        FROM found WHERE call NOT IN (FROM several)
        UNION ALL
        SELECT l.call, l.client, l.server IS NOT NULL AS served /*linked*/ FROM (/*best*/) l
    )
    SELECT m.*, a.time AS asked, epoch_us(m.time) * 18446744073709551616::HUGEINT + m.seq AS place, /*unit*/,
        CASE WHEN m.served THEN l.client END AS client, CASE WHEN NOT m.served OR l.client IS NULL THEN m.seq END AS alone
    FROM matched m
    LEFT JOIN best l ON l.call = m.id
    LEFT JOIN (
        SELECT id, max(time) AS time FROM calls
        WHERE project = ? AND time >= ? AND time < ? AND side = 'client' AND id IN (SELECT client FROM best WHERE served)
        GROUP BY id
    ) a ON a.id = CASE WHEN m.served THEN l.client END -- one equality: a second condition makes the join try all pairs
    /*persons*/
    WHERE m.served OR m.id NOT IN (
        SELECT l.client FROM links l
        WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND l.server IS NOT NULL
            AND l.client IN (SELECT id FROM matched WHERE NOT served)
    )
)
WHERE unit IS NOT NULL
GROUP BY client, alone
HAVING coalesce(min(asked), min(time)) >= ? AND coalesce(min(asked), min(time)) < ? /*some*/
