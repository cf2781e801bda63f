-- Server calls with their link keys; absent keys are NULL. Each log of a service is
-- a tier.
SELECT project, seq, time, false AS person, CAST(hash(service, /*source*/) >> 1 AS BIGINT) + 1 AS tier,
    nullif(session_id, '') AS session, CASE WHEN session_id = '' THEN nullif(device_id, '') END AS visitor,
    nullif(user_id, '') AS usr, trace, server_trace AS answer, request, action
FROM calls
WHERE side <> 'client' AND consent <> 'denied' AND class <> 'asset'
