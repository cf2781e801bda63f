-- The calls whose action is known, by a link of their own or by one of a client call
-- that they answered. Parameters: scope of the calls' links, then of the client calls'.
SELECT DISTINCT coalesce(l.server, l.client) AS call, true AS linked
FROM links l
WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
    AND (l.event IS NOT NULL OR l.client IN (
        SELECT a.client FROM links a
        WHERE a.project = ? AND a.time >= ? AND a.time < ? AND a.confidence >= ?
            AND a.event IS NOT NULL AND a.server IS NULL AND a.client IS NOT NULL
    ))
