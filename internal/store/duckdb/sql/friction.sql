-- The places where signals were given, the most people first, each followed by its
-- numbers: how often it was used at all, its kinds of signals, and what was called.
WITH visits AS MATERIALIZED (
    SELECT s.session_id, /*person*/ AS person FROM /*sessions*/
), marks AS MATERIALIZED (
    SELECT s.page, /*mark*/ AS target, s.kind, s.event, s.session_id, v.person
    FROM signals s JOIN visits v ON v.session_id = s.session_id
    WHERE s.project = ? AND s.time >= ? AND s.time < ? AND (/*which*/)
), places AS MATERIALIZED (
    SELECT page, target, count(DISTINCT person) AS people, count(DISTINCT session_id) AS sessions, count(*) AS signals
    FROM marks
    GROUP BY page, target
    ORDER BY people DESC, sessions DESC, signals DESC, page, target
    LIMIT ?
), acts AS MATERIALIZED (
    SELECT i.page, i.event, i.time, i.service, i.verb, i.route, i.failed, i.slowest_us, i.session_id
    FROM interactions i
    WHERE i.project = ? AND i.time >= ? AND i.time < ? AND (i.page IN (SELECT page FROM places) OR i.event IN (SELECT event FROM marks))
), deeds AS (
    SELECT i.page, i.event, i.time, any_value(v.person) AS person, /*deed*/ AS target
    FROM acts i JOIN visits v ON v.session_id = i.session_id /*events*/
    GROUP BY i.page, i.event, i.time
), uses AS (
    SELECT page, target, person, 1 AS act FROM deeds
    UNION ALL
    SELECT page, target, person, 0 FROM marks
), causes AS (
    SELECT page, target, event, bool_or(kind = 'error_click') AS refused FROM marks GROUP BY page, target, event
)
SELECT CAST(1 AS BIGINT) AS part, page, target, '' AS kind, '' AS service, '' AS verb, '' AS route, people AS a, sessions AS b, signals AS c, NULL AS p75
FROM places
UNION ALL
SELECT 2, p.page, p.target, '', '', '', '', CAST(sum(u.act) AS BIGINT), count(DISTINCT u.person), 0, NULL
FROM places p JOIN uses u ON u.page = p.page AND u.target = p.target
GROUP BY p.page, p.target
UNION ALL
SELECT 3, p.page, p.target, m.kind, '', '', '', count(*), count(DISTINCT m.person), 0, NULL
FROM places p JOIN marks m ON m.page = p.page AND m.target = p.target
GROUP BY p.page, p.target, m.kind
UNION ALL
SELECT 4, p.page, p.target, '', i.service, i.verb, i.route, count(*), count(*) FILTER (i.failed > 0 OR m.refused), 0, quantile_cont(nullif(i.slowest_us, 0), 0.75)
FROM places p JOIN causes m ON m.page = p.page AND m.target = p.target JOIN acts i ON i.event = m.event
WHERE i.service || i.verb || i.route <> ''
GROUP BY p.page, p.target, i.service, i.verb, i.route
ORDER BY part
