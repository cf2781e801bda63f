-- One step along the chain: rows near in time that share a key of the frontier.
-- Whether they are near enough is judged afterwards, exactly.
INSERT INTO reached
SELECT r.project, r.seq, r.time, r.person, r.tier, $1, r.session, r.visitor, r.usr, r.trace, r.answer, r.request, r.action,
    nullif(f.client, 0), nullif(f.agent, 0)
FROM (/*keys*/) r
LEFT JOIN (SELECT * FROM fingerprints WHERE time BETWEEN $2 AND $3) f ON f.seq = r.seq
WHERE r.time BETWEEN $2 AND $3
    AND r.seq NOT IN (SELECT seq FROM reached)
    AND r.project IN (SELECT DISTINCT project FROM reached)
    AND (
        r.session IN (SELECT text FROM frontier WHERE space = 's')
        OR r.visitor IN (SELECT text FROM frontier WHERE space = 'd')
        OR r.usr IN (SELECT text FROM frontier WHERE space = 'u')
        OR r.trace IN (SELECT bits FROM frontier WHERE space = 't')
        OR r.answer IN (SELECT bits FROM frontier WHERE space = 't')
        OR r.request IN (SELECT bits FROM frontier WHERE space = 'r')
        OR r.action IN (SELECT bits FROM frontier WHERE space = 'x')
        OR f.client IN (SELECT num FROM frontier WHERE space = 'c')
        OR (r.person AND f.client = 0 AND f.agent IN (SELECT num FROM frontier WHERE space = 'a'))
        OR (NOT r.person AND f.agent IN (SELECT num FROM frontier WHERE space = 'p'))
    )
