-- Events and calls with their link keys; absent keys are NULL. Without consent
-- an event is tied to its own session only.
SELECT project, seq, time, true AS person, nullif(session_id, '') AS session,
    CASE WHEN session_id = '' THEN nullif(device_id, '') END AS visitor,
    CASE WHEN consent <> 'denied' THEN nullif(user_id, '') END AS usr,
    CASE WHEN consent <> 'denied' THEN trace END AS trace, NULL::UUID AS answer, NULL::UUID AS request
FROM events
UNION ALL
SELECT project, seq, time, side = 'client', nullif(session_id, ''),
    CASE WHEN session_id = '' THEN nullif(device_id, '') END,
    nullif(user_id, ''), trace, server_trace, request
FROM calls
WHERE consent <> 'denied' AND class <> 'asset'
