-- Who is who. A claim ties a device to a user or, when merged_id is set, a user to
-- another; source is the earliest record that carried both.
CREATE TABLE claims (
    project BIGINT, device_id VARCHAR, merged_id VARCHAR, user_id VARCHAR, method VARCHAR, first_seen TIMESTAMP,
    source UUID, source_form UTINYINT, source_text VARCHAR, is_call BOOLEAN, session_id VARCHAR,
    withdrawn BOOLEAN
);
-- What the claims in use say of an id, made from them: the user who it is or whose its
-- records are, of a shared device only those of one session from since to upto.
CREATE TABLE people (
    project BIGINT, is_user BOOLEAN, id VARCHAR, person VARCHAR,
    session_id VARCHAR, since TIMESTAMP, upto TIMESTAMP
);
INSERT INTO claims
SELECT r.project, r.device_id, '', r.user_id, CASE WHEN r.identified THEN 'identify' ELSE 'login' END,
    r.time, r.id, CAST(r.forms & 7 AS UTINYINT), CASE WHEN r.forms & 7 = 4 THEN split_part(r.odd, chr(31), 1) ELSE '' END,
    r.is_call, r.session_id, false
FROM (
    SELECT project, device_id, user_id, unnest(arg_min({'time': time, 'id': id, 'forms': forms, 'odd': odd, 'identified': identified, 'is_call': is_call, 'session_id': session_id}, (time, seq)))
    FROM (
        SELECT project, seq, time, device_id, user_id, session_id, id, forms, odd, kind = 'identify' AS identified, false AS is_call
        FROM events
        WHERE device_id <> '' AND user_id <> '' AND consent <> 'denied'
        UNION ALL
        SELECT project, seq, time, device_id, user_id, session_id, id, forms, odd, false, true
        FROM calls
        WHERE device_id <> '' AND user_id <> '' AND consent <> 'denied'
    )
    GROUP BY project, device_id, user_id
) r;
INSERT INTO people
SELECT project, false, device_id, arg_min(user_id, (first_seen, user_id)),
    CASE WHEN count(*) > 1 THEN arg_min(session_id, (first_seen, user_id)) ELSE '' END,
    CASE WHEN count(*) > 1 THEN min(first_seen) - INTERVAL 24 HOUR END, CASE WHEN count(*) > 1 THEN min(first_seen) END
FROM claims
WHERE (project, user_id) NOT IN (SELECT (project, user_id) FROM claims GROUP BY project, user_id HAVING count(*) > 100)
    AND (project, device_id) NOT IN (SELECT (project, device_id) FROM claims GROUP BY project, device_id HAVING count(*) > 100)
GROUP BY project, device_id
HAVING count(*) = 1 OR arg_min(session_id, (first_seen, user_id)) <> '';
INSERT INTO stale_hours
SELECT DISTINCT project, unnest(generate_series(date_trunc('hour', since), upto, INTERVAL 1 HOUR)) FROM people WHERE upto IS NOT NULL;
