SELECT epoch_us(max(started))
FROM sessions
WHERE project = ? AND started >= ? AND started < ?
