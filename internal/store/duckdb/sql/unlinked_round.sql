-- One step along the chain: rows of a window that share a key of its frontier.
-- Whether they are near enough is judged afterwards, exactly.
WITH looks AS (SELECT * FROM frontier WHERE win = $3 AND /*looks*/)
SELECT r.project, r.seq, epoch_us(r.time), r.person, r.tier, r.session, r.visitor, r.usr, r.trace, r.answer, r.request, r.action,
    f.client, f.agent
FROM (/*rows*/) r
LEFT JOIN (SELECT * FROM fingerprints WHERE time BETWEEN $1 AND $2) f ON f.seq = r.seq
WHERE r.time BETWEEN $1 AND $2
    AND (/*match*/)
