-- The newest hit of each kind. $2 is the id as packed for calls and events, $3
-- as packed for traces, $4 its text.
SELECT kind, arg_max(id, (time, id)), max(time)
FROM (
    SELECT 1 AS rank, 'request' AS kind, /*id*/ AS id, time FROM calls r WHERE project = $1 AND request = $2
    UNION ALL
    SELECT 2, 'trace', /*id*/, time FROM calls r WHERE project = $1 AND (trace = $3 OR server_trace = $3)
    UNION ALL
    SELECT 3, 'call', /*id*/, time FROM calls r WHERE project = $1 AND id = $2
    UNION ALL
    SELECT 4, 'event', /*id*/, time FROM events r WHERE project = $1 AND id = $2
    UNION ALL
    SELECT 5, 'session', $4, time FROM events WHERE project = $1 AND session_id = $4
    UNION ALL
    SELECT 5, 'session', $4, time FROM calls WHERE project = $1 AND session_id = $4
    UNION ALL
    SELECT 5, 'session', $4, time FROM links WHERE project = $1 AND session_id = $4
    UNION ALL
    SELECT 5, 'session', $4, started FROM sessions WHERE project = $1 AND session_id = $4
    UNION ALL
    SELECT 6, 'device', $4, time FROM events WHERE project = $1 AND device_id = $4
    UNION ALL
    SELECT 6, 'device', $4, time FROM calls WHERE project = $1 AND device_id = $4
    UNION ALL
    SELECT 7, 'user', $4, time FROM events WHERE project = $1 AND user_id = $4
    UNION ALL
    SELECT 7, 'user', $4, time FROM calls WHERE project = $1 AND user_id = $4
    UNION ALL
    SELECT 8, 'account', $4, time FROM events WHERE project = $1 AND account_id = $4
    UNION ALL
    SELECT 8, 'account', $4, time FROM calls WHERE project = $1 AND account_id = $4
)
GROUP BY rank, kind
ORDER BY rank
