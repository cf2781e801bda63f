-- Events and calls with their link keys; absent keys are NULL. Without consent
-- an event is tied to its own session only. The client side is tier 0.
SELECT project, seq, time, true AS person, 0 AS tier, nullif(session_id, '') AS session,
    CASE WHEN session_id = '' THEN nullif(device_id, '') END AS visitor,
    CASE WHEN consent <> 'denied' THEN nullif(user_id, '') END AS usr,
    CASE WHEN consent <> 'denied' THEN trace END AS trace, NULL::UUID AS answer, NULL::UUID AS request,
    CASE WHEN consent <> 'denied' THEN coalesce(action, id) END AS action
FROM events
UNION ALL
SELECT project, seq, time, side = 'client',
    CASE WHEN side = 'client' THEN 0 ELSE CAST(hash(service, /*source*/) >> 1 AS BIGINT) + 1 END, nullif(session_id, ''),
    CASE WHEN session_id = '' THEN nullif(device_id, '') END,
    nullif(user_id, ''), trace, server_trace, request, action
FROM calls
WHERE consent <> 'denied' AND class <> 'asset'
