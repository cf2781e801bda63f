-- What links tell of each call: the facts of its best link, whether any ties it to
-- a client call (answered), and whether an action is known that caused it (linked):
-- by a link of its own or by one of a client call that it answered. Nearly all calls
-- have one link; only the others are sorted.
-- Parameters: scope of the client calls' links, then of the calls'.
WITH marked AS (
    SELECT l.*, coalesce(l.server, l.client) AS call,
        l.client IS NOT NULL AND l.server IS NOT NULL AS ties,
        l.event IS NOT NULL OR l.client IN (
            SELECT a.client FROM links a
            WHERE a.project = ? AND a.time >= ? AND a.time < ? AND a.confidence >= ?
                AND a.event IS NOT NULL AND a.server IS NULL AND a.client IS NOT NULL
        ) AS caused
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ?
), counted AS (
    SELECT call, count(*) AS n, bool_or(ties) AS answered, bool_or(caused) AS linked,
        first(method) AS method, first(session_id) AS session_id, first(device_id) AS device_id, first(user_id) AS user_id
    FROM marked
    GROUP BY call
)
SELECT call, answered, linked, method, session_id, device_id, user_id
FROM counted
WHERE n = 1
UNION ALL
SELECT l.call, c.answered, c.linked, l.method, l.session_id, l.device_id, l.user_id
FROM (
    SELECT *
    FROM marked l
    WHERE l.call IN (SELECT call FROM counted WHERE n > 1)
    QUALIFY row_number() OVER (PARTITION BY l.call ORDER BY l.confidence DESC, /*rank*/, /*event*/, /*client*/) = 1
) l
JOIN counted c ON c.call = l.call
