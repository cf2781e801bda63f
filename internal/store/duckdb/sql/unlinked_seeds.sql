SELECT r.project, r.seq, epoch_us(r.time), r.person, r.tier, r.session, r.visitor, r.usr, r.trace, r.answer, r.request, r.action,
    f.client, f.agent
FROM (/*rows*/) r
LEFT JOIN (SELECT * FROM fingerprints WHERE seq > $1 AND seq <= $2) f ON f.seq = r.seq
WHERE r.seq > $1 AND r.seq <= $2
