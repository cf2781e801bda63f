-- Requests, person by person in order of time: calls of both sides, those of the servers
-- folded into the client call that their best link names (tiers). Nearly all calls have
-- one link: only those of the others (several) are sorted.
-- Parameters: the calls, the scope of links, twice, whose they are, the range.
WITH seen AS MATERIALIZED (
    SELECT c.id, c.time, c.seq, c.side = 'server' AS served, /*failed*/ AS failed, c.duration_us AS took,
        hash(c.service, c.method, c.route) AS endpoint, /*device*/ AS device, CASE WHEN c.session_id <> '' THEN hash(c.session_id) END AS session_id_hash /*own*/
    FROM /*rows*/
), found AS MATERIALIZED (
    SELECT coalesce(l.server, l.client) AS call, l.client, l.event, CASE WHEN l.session_id <> '' THEN hash(l.session_id) END AS session_id_hash /*linked*/
    FROM links l
    WHERE l.project = ? AND l.time >= ? AND l.time < ? AND l.confidence >= ? AND coalesce(l.server, l.client) IN (SELECT id FROM seen)
), several AS MATERIALIZED (
    SELECT call FROM found GROUP BY call HAVING count(*) > 1
), best AS MATERIALIZED (
    FROM found WHERE call NOT IN (FROM several)
    UNION ALL
    SELECT l.call, l.client, l.event, CASE WHEN l.session_id <> '' THEN hash(l.session_id) END AS session_id_hash /*linked*/ FROM (/*best*/) l
), asked AS MATERIALIZED (
    SELECT DISTINCT id FROM seen WHERE NOT served
), tiers AS MATERIALIZED (
    SELECT l.client, bool_or(m.failed) AS failed, arg_min({'endpoint': m.endpoint, 'took': m.took}, (coalesce(m.took, 9223372036854775807), -m.seq)) AS inner
    FROM seen m JOIN best l ON l.call = m.id
    WHERE m.served AND l.client IN (FROM asked)
    GROUP BY l.client
), faces AS (
    SELECT m.time, m.seq, coalesce(t.failed, false) OR m.failed AS failed, t.inner.took IS NOT NULL OR m.served AND m.took IS NOT NULL AS served,
        coalesce(t.inner.took, m.took, -1) AS took, coalesce(t.inner.endpoint, m.endpoint) AS endpoint, m.device,
        coalesce(m.session_id_hash, l.session_id_hash) AS session, hash(l.event) AS action, l.event IS NOT NULL AS caused, /*unit*/
    FROM seen m
    LEFT JOIN best l ON l.call = m.id
    LEFT JOIN tiers t ON t.client = CASE WHEN NOT m.served THEN m.id END -- one equality: a second condition makes the join try all pairs
    /*persons*/
    WHERE NOT m.served OR l.client IS NULL OR l.client NOT IN (FROM asked)
)
SELECT unit, coalesce(session, 0) AS session, CASE WHEN caused THEN action ELSE 0 END AS action, endpoint, epoch_us(time) AS time, took, served, failed, device
FROM faces
WHERE unit IS NOT NULL AND time >= ? AND time < ? /*within*/ /*some*/
ORDER BY unit, time, seq
