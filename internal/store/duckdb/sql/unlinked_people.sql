-- Client-side rows with their link keys; absent keys are NULL. Without consent an
-- event is tied to its own session only. The client side is tier 0.
SELECT project, seq, time, true AS person, 0::BIGINT AS tier, nullif(session_id, '') AS session,
    CASE WHEN session_id = '' THEN nullif(device_id, '') END AS visitor,
    CASE WHEN consent <> 'denied' THEN nullif(user_id, '') END AS usr,
    CASE WHEN consent <> 'denied' THEN trace END AS trace, NULL::UUID AS answer, NULL::UUID AS request,
    CASE WHEN consent <> 'denied' THEN coalesce(action, id) END AS action
FROM events
UNION ALL
SELECT project, seq, time, true, 0::BIGINT, nullif(session_id, ''),
    CASE WHEN session_id = '' THEN nullif(device_id, '') END,
    nullif(user_id, ''), trace, server_trace, request, action
FROM calls
WHERE side = 'client' AND consent <> 'denied' AND class <> 'asset'
