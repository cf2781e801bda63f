-- The best link of each call to an action or a client call; whether any ties it to
-- a client call (answered); and the action that caused the call, if known: by a
-- link of its own, else by the best one of a client call that it answered.
-- Parameters: scope of the client calls' links, then of the calls'.
SELECT l.*, l.action IS NOT NULL AS linked
FROM (
    SELECT l.*, coalesce(l.server, l.client) AS call,
        bool_or(l.client IS NOT NULL AND l.server IS NOT NULL) OVER linked_call AS answered,
        coalesce(first_value(l.event IGNORE NULLS) OVER ordered, first_value(a.event IGNORE NULLS) OVER ordered) AS action,
        row_number() OVER ordered AS rank
    FROM links l
    LEFT JOIN (
        SELECT client, arg_min(event, place) AS event
        FROM (
            SELECT client, event, row(-confidence, /*rank*/, /*event*/) AS place
            FROM links l
            WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
                AND l.event IS NOT NULL AND l.server IS NULL AND l.client IS NOT NULL
        )
        GROUP BY client
    ) a ON a.client = l.client AND l.server IS NOT NULL
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? /*which*/
    WINDOW linked_call AS (PARTITION BY coalesce(l.server, l.client)),
        ordered AS (
            PARTITION BY coalesce(l.server, l.client)
            ORDER BY l.confidence DESC, /*rank*/, /*event*/, /*client*/
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
) l
WHERE l.rank = 1
