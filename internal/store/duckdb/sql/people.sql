SELECT v.id, coalesce(arg_max(v.account_id, v.place) FILTER (v.account_id <> ''), '') AS account_id,
    min(v.started) AS first, max(v.started) AS last, count(*) AS sessions, CAST(sum(v.pages) AS BIGINT) AS pages,
    CAST(sum(v.actions) AS BIGINT) AS actions, CAST(sum(v.calls) AS BIGINT) AS calls,
    CAST(sum(v.failed) AS BIGINT) AS failed, CAST(sum(v.signals) AS BIGINT) AS signals,
    v.person <> hash(v.id) AS is_device
FROM (
    SELECT /*name*/ AS id, /*person*/ AS person, row(s.started, s.session_id) AS place,
        s.started, s.account_id, s.pages, s.actions, s.calls, s.failed, s.signals
    FROM /*sessions*/
) v
WHERE v.person IS NOT NULL
GROUP BY v.person, v.id
HAVING /*after*/
ORDER BY last DESC, v.id, is_device
LIMIT ?
