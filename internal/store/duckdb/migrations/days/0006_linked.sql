-- What the links of a day ($1 to $2) tell of its calls.
UPDATE calls SET linked = m.linked, tied = m.tied, tied_by = m.tied_by, answered = m.answered
FROM (
    SELECT l.project, coalesce(l.server, l.client) AS id, max(l.confidence) AS tied,
        arg_min(l.method, (-l.confidence, list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method))) AS tied_by,
        max(l.confidence) FILTER (l.client IS NOT NULL AND l.server IS NOT NULL) AS answered,
        max(CASE
            WHEN l.event IS NOT NULL THEN l.confidence
            WHEN a.confidence IS NOT NULL THEN CASE WHEN a.confidence < l.confidence THEN a.confidence ELSE l.confidence END
        END) AS linked
    FROM links l
    LEFT JOIN (
        SELECT project, client, max(confidence) AS confidence
        FROM links
        WHERE time >= $1 - INTERVAL 24 HOUR AND time < $2 + INTERVAL 24 HOUR AND event IS NOT NULL AND client IS NOT NULL AND server IS NULL
        GROUP BY ALL
    ) a ON a.project = l.project AND a.client = CASE WHEN l.event IS NULL THEN l.client END
    WHERE l.time >= $1 AND l.time < $2
    GROUP BY ALL
) m
WHERE calls.time >= $1 AND calls.time < $2 AND calls.project = m.project AND calls.id = m.id AND calls.tied IS NULL
