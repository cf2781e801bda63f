SELECT project, seq, epoch_us(time), person, tier, round, session, visitor, usr, trace, answer, request, action, client, agent
FROM reached
WHERE round = ?
