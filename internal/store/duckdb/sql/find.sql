-- The newest hit of each kind. $2 is the id as packed for calls and events, $3
-- as packed for traces, $4 its text.
SELECT kind, arg_max(id, (time, id)), max(time)
FROM (
    SELECT 1 AS rank, 'request' AS kind, /*call*/ AS id, time FROM calls WHERE project = $1 AND request = $2
    UNION ALL
    SELECT 2, 'trace', /*call*/, time FROM calls WHERE project = $1 AND (trace = $3 OR server_trace = $3)
    UNION ALL
    SELECT 3, 'call', /*call*/, time FROM calls WHERE project = $1 AND id = $2
    UNION ALL
    SELECT 4, 'event', /*event*/, time FROM events WHERE project = $1 AND id = $2
    UNION ALL
    SELECT 5, 'session', session_id, time FROM events WHERE project = $1 AND session_id = $4
    UNION ALL
    SELECT 5, 'session', session_id, time FROM calls WHERE project = $1 AND session_id = $4
    UNION ALL
    SELECT 5, 'session', session_id, time FROM links WHERE project = $1 AND session_id = $4
    UNION ALL
    SELECT 6, 'device', device_id, time FROM events WHERE project = $1 AND device_id = $4
    UNION ALL
    SELECT 6, 'device', device_id, time FROM calls WHERE project = $1 AND device_id = $4
    UNION ALL
    SELECT 7, 'user', user_id, time FROM events WHERE project = $1 AND user_id = $4
    UNION ALL
    SELECT 7, 'user', user_id, time FROM calls WHERE project = $1 AND user_id = $4
    UNION ALL
    SELECT 8, 'account', account_id, time FROM events WHERE project = $1 AND account_id = $4
    UNION ALL
    SELECT 8, 'account', account_id, time FROM calls WHERE project = $1 AND account_id = $4
)
GROUP BY rank, kind
ORDER BY rank
