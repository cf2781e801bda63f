-- One step along the chain: rows near in time that share a key with the rows of
-- the round before. Whether they are near enough is judged afterwards, exactly.
INSERT INTO reached
SELECT r.project, r.seq, r.time, r.person, $1, r.session, r.visitor, r.usr, r.trace, r.answer, r.request,
    nullif(f.client, 0), nullif(f.agent, 0)
FROM (/*keys*/) r
LEFT JOIN (SELECT * FROM fingerprints WHERE time BETWEEN $2 AND $3) f ON f.seq = r.seq
WHERE r.time BETWEEN $2 AND $3
    AND r.seq NOT IN (SELECT seq FROM reached)
    AND r.project IN (SELECT DISTINCT project FROM reached)
    AND (
        r.session IN (SELECT session FROM reached WHERE round = $1 - 1 AND session IS NOT NULL)
        OR r.visitor IN (SELECT visitor FROM reached WHERE round = $1 - 1 AND visitor IS NOT NULL)
        OR r.usr IN (SELECT usr FROM reached WHERE round = $1 - 1 AND usr IS NOT NULL)
        OR r.trace IN (SELECT unnest([trace, answer]) FROM reached WHERE round = $1 - 1 AND (trace IS NOT NULL OR answer IS NOT NULL))
        OR r.answer IN (SELECT unnest([trace, answer]) FROM reached WHERE round = $1 - 1 AND (trace IS NOT NULL OR answer IS NOT NULL))
        OR r.request IN (SELECT request FROM reached WHERE round = $1 - 1 AND request IS NOT NULL)
        OR f.client IN (SELECT client FROM reached WHERE round = $1 - 1 AND client IS NOT NULL)
        OR (r.person AND f.client = 0 AND f.agent IN (SELECT agent FROM reached WHERE round = $1 - 1 AND NOT person AND agent IS NOT NULL))
        OR (NOT r.person AND f.agent IN (SELECT agent FROM reached WHERE round = $1 - 1 AND person AND client IS NULL AND agent IS NOT NULL))
    )
