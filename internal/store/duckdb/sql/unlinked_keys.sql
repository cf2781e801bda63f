SELECT project, seq, time, true AS person, consent, nullif(session_id, '') AS session,
    CASE WHEN session_id = '' THEN nullif(device_id, '') END AS visitor,
    nullif(user_id, '') AS usr, trace, NULL::UUID AS answer, NULL::UUID AS request
FROM events
WHERE consent <> 'denied'
UNION ALL
SELECT project, seq, time, side = 'client', consent, nullif(session_id, ''), NULL, nullif(user_id, ''), trace, server_trace, request
FROM calls
WHERE consent <> 'denied' AND class <> 'asset'
