SELECT project, seq, epoch_us(time), person, round, session, visitor, usr, trace, answer, request, client, agent
FROM reached
ORDER BY time, seq
