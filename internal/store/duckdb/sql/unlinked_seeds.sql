INSERT INTO reached
SELECT r.project, r.seq, r.time, r.person, r.tier, 0, r.session, r.visitor, r.usr, r.trace, r.answer, r.request, r.action,
    nullif(f.client, 0), nullif(f.agent, 0)
FROM (/*keys*/) r
LEFT JOIN (SELECT * FROM fingerprints WHERE seq > ? AND seq <= ?) f ON f.seq = r.seq
WHERE r.seq > ? AND r.seq <= ?
