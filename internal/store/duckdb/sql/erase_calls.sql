-- As erase_events, and the calls that links tie to the person.
INSERT INTO doomed
WITH theirs AS (
    SELECT session_id FROM events WHERE project = $1 AND session_id <> ''
        AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
    UNION
    SELECT session_id FROM calls WHERE project = $1 AND session_id <> ''
        AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
), linked AS (
    SELECT unnest([client, server]) AS id FROM links WHERE project = $1
        AND (user_id = '' AND device_id IN (SELECT device_id FROM person) OR user_id IN (SELECT user_id FROM person))
)
SELECT 'call', seq, id, session_id, trace, server_trace
FROM calls
WHERE project = $1 AND (
    user_id = '' AND device_id IN (SELECT device_id FROM person)
    OR user_id IN (SELECT user_id FROM person)
    OR device_id = '' AND user_id = '' AND session_id IN (SELECT session_id FROM theirs)
    OR id IN (SELECT id FROM linked WHERE id IS NOT NULL)
)
