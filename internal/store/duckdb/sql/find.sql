-- The newest hit of each kind in a range of time. $2 is the id as packed for calls and
-- events, $3 as packed for traces, $4 its text, $5 and $6 the range.
SELECT kind, arg_max(id, (time, id)), max(time)
FROM (
    SELECT 1 AS rank, 'request' AS kind, /*id*/ AS id, time FROM calls r WHERE project = $1 AND request = $2 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 2, 'trace', /*id*/, time FROM calls r WHERE project = $1 AND trace = $3 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 2, 'trace', /*id*/, time FROM calls r WHERE project = $1 AND server_trace = $3 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 3, 'call', /*id*/, time FROM calls r WHERE project = $1 AND id = $2 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 4, 'event', /*id*/, time FROM events r WHERE project = $1 AND id = $2 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 5, 'session', $4, time FROM events WHERE project = $1 AND session_id = $4 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 5, 'session', $4, time FROM calls WHERE project = $1 AND session_id = $4 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 6, 'device', $4, time FROM events WHERE project = $1 AND device_id = $4 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 6, 'device', $4, time FROM calls WHERE project = $1 AND device_id = $4 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 7, 'user', $4, time FROM events WHERE project = $1 AND user_id = $4 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 7, 'user', $4, time FROM calls WHERE project = $1 AND user_id = $4 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 8, 'account', $4, time FROM events WHERE project = $1 AND account_id = $4 AND time >= $5 AND time < $6
    UNION ALL
    SELECT 8, 'account', $4, time FROM calls WHERE project = $1 AND account_id = $4 AND time >= $5 AND time < $6
)
GROUP BY rank, kind
ORDER BY rank
