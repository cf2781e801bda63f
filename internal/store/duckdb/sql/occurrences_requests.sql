-- Server calls that match are one request when their best links name one client call,
-- whose time is theirs; all else is that of the earliest of them (place). Client calls
-- that match count when no link names their answer.
-- Parameters: the calls, the scope of links, the client calls, whose they are, the scope of links, the range.
SELECT arg_min(unit, place) AS unit, coalesce(min(asked), min(time)) AS time, arg_min(seq, place) AS seq, bit_or(steps) AS steps /*first*/
FROM (
    WITH matched AS MATERIALIZED (
        SELECT c.id, c.time, c.seq, c.side, CAST(/*steps*/ AS UBIGINT) AS steps /*own*/ FROM /*rows*/
    ), best AS MATERIALIZED (/*best*/)
    SELECT m.*, a.time AS asked, row(m.time, m.seq) AS place, /*unit*/,
        CASE WHEN m.side = 'server' THEN l.client END AS client, CASE WHEN m.side <> 'server' OR l.client IS NULL THEN m.seq END AS alone
    FROM matched m
    LEFT JOIN best l ON l.call = m.id
    LEFT JOIN (
        SELECT id, max(time) AS time FROM calls
        WHERE project = ? AND time >= ? AND time < ? AND side = 'client' AND id IN (SELECT client FROM best WHERE server IS NOT NULL)
        GROUP BY id
    ) a ON a.id = CASE WHEN m.side = 'server' THEN l.client END -- one equality: a second condition makes the join try all pairs
    /*persons*/
    WHERE m.side = 'server' OR m.id NOT IN (
        SELECT l.client FROM links l
        WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND l.client IS NOT NULL AND l.server IS NOT NULL
    )
)
WHERE unit IS NOT NULL
GROUP BY client, alone
HAVING coalesce(min(asked), min(time)) >= ? AND coalesce(min(asked), min(time)) < ?
