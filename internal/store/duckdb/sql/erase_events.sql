-- Rows that name the person, and nameless rows of the sessions that do.
INSERT INTO doomed
WITH theirs AS (
    SELECT session_id FROM events WHERE project = $1 AND session_id <> ''
        AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
    UNION
    SELECT session_id FROM calls WHERE project = $1 AND session_id <> ''
        AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
)
SELECT 'event', seq, id, session_id, trace, NULL
FROM events
WHERE project = $1 AND (
    user_id = '' AND device_id IN (SELECT device_id FROM person)
    OR user_id IN (SELECT user_id FROM person)
    OR device_id = '' AND user_id = '' AND session_id IN (SELECT session_id FROM theirs)
)
