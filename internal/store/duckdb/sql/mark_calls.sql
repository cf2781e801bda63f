-- What links tell of each call in touched. Its action is known by a link of its own, or by
-- one of a client call that it answered, as surely as the weaker of the two.
-- Parameters: project, range of the calls, range of the links.
WITH ties AS MATERIALIZED (
    SELECT coalesce(server, client) AS call, event, client, server, confidence, method, /*rank*/ AS rank
    FROM links l
    WHERE project = $1 AND time BETWEEN $4 AND $5 AND coalesce(server, client) IN (SELECT id FROM touched WHERE project = $1)
), asked AS (
    SELECT client, max(confidence) AS confidence
    FROM links
    WHERE project = $1 AND time BETWEEN $4 AND $5 AND event IS NOT NULL AND server IS NULL
        AND client IN (SELECT client FROM ties WHERE event IS NULL)
    GROUP BY client
)
UPDATE calls SET linked = m.linked, tied = m.tied, tied_by = m.tied_by, answered = m.answered
FROM (
    SELECT t.id, max(l.confidence) AS tied, arg_min(l.method, (-l.confidence, l.rank)) AS tied_by,
        max(l.confidence) FILTER (l.client IS NOT NULL AND l.server IS NOT NULL) AS answered,
        max(CASE
            WHEN l.event IS NOT NULL THEN l.confidence
            WHEN a.confidence IS NOT NULL THEN CASE WHEN a.confidence < l.confidence THEN a.confidence ELSE l.confidence END
        END) AS linked
    FROM touched t
    LEFT JOIN ties l ON l.call = t.id
    LEFT JOIN asked a ON a.client = CASE WHEN l.event IS NULL THEN l.client END -- a condition of l alone would cost a nested loop
    WHERE t.project = $1
    GROUP BY t.id
) m
WHERE calls.project = $1 AND calls.time BETWEEN $2 AND $3 AND calls.id = m.id
    AND (calls.linked IS DISTINCT FROM m.linked OR calls.tied IS DISTINCT FROM m.tied
        OR calls.tied_by IS DISTINCT FROM m.tied_by OR calls.answered IS DISTINCT FROM m.answered)
