-- The earliest record of each device with a user, by time, then arrival.
SELECT r.project, r.device_id, r.user_id, CASE WHEN r.identified THEN 'identify' ELSE 'login' END AS method,
    r.time AS first_seen, r.id AS source, CAST(r.forms & 7 AS UTINYINT) AS source_form,
    CASE WHEN r.forms & 7 = 4 THEN /*odd*/ ELSE '' END AS source_text, r.is_call, r.session_id
FROM (
    SELECT project, device_id, user_id, unnest(arg_min({'time': time, 'id': id, 'forms': forms, 'odd': odd, 'identified': identified, 'is_call': is_call, 'session_id': session_id}, (time, seq)))
    FROM (
        SELECT project, seq, time, device_id, user_id, session_id, id, forms, odd, kind = 'identify' AS identified, false AS is_call
        FROM events
        WHERE device_id <> '' AND user_id <> '' AND consent <> 'denied' /*which*/
        UNION ALL
        SELECT project, seq, time, device_id, user_id, session_id, id, forms, odd, false, true
        FROM calls
        WHERE device_id <> '' AND user_id <> '' AND consent <> 'denied' /*which*/
    )
    GROUP BY project, device_id, user_id
) r
