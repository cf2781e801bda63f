-- What the person did on shared devices before they signed in there for the first time.
INSERT INTO doomed
WITH early AS (
    SELECT id, session_id, since, upto
    FROM people
    WHERE project = $1 AND upto IS NOT NULL AND person IN (SELECT user_id FROM person)
)
SELECT 'event', e.seq, e.id, e.session_id, e.trace, NULL
FROM events e
JOIN early p ON p.id = e.device_id AND p.session_id = e.session_id AND e.time BETWEEN p.since AND p.upto
WHERE e.project = $1 AND e.user_id = ''
UNION ALL
SELECT 'call', c.seq, c.id, c.session_id, c.trace, c.server_trace
FROM calls c
JOIN early p ON p.id = c.device_id AND p.session_id = c.session_id AND c.time BETWEEN p.since AND p.upto
WHERE c.project = $1 AND c.user_id = ''
