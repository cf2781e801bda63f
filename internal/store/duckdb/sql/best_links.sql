-- The best link of each call to an action or a client call, and whether an
-- action is known. Parameters: scope of the actions' links, then of the calls'.
SELECT l.*, coalesce(l.server, l.client) AS call,
    bool_or(l.event IS NOT NULL OR l.client IN (
        SELECT a.client FROM links a
        WHERE a.project = ? AND a.time >= ? AND a.time < ? AND a.confidence >= ?
            AND a.event IS NOT NULL AND a.server IS NULL AND a.client IS NOT NULL
    )) OVER (PARTITION BY coalesce(l.server, l.client)) AS linked
FROM links l
WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? /*which*/
QUALIFY row_number() OVER (
    PARTITION BY coalesce(l.server, l.client)
    ORDER BY l.confidence DESC,
        list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method),
        /*event*/, /*client*/
) = 1
