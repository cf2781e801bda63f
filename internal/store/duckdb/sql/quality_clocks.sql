-- The rows whose clock was off by more than a second, and by how many milliseconds. Most
-- were not off at all, which is told without reckoning.
SELECT count(*), coalesce(quantile_cont(off, 0.5), 0), coalesce(max(off), 0)
FROM (
    SELECT abs(epoch_us(time) - epoch_us(own_time)) / 1000 AS off FROM events WHERE project = $1 AND time >= $2 AND time < $3 AND time <> own_time
    UNION ALL
    SELECT abs(epoch_us(time) - epoch_us(own_time)) / 1000 FROM calls WHERE project = $1 AND time >= $2 AND time < $3 AND time <> own_time
    UNION ALL
    SELECT abs(epoch_us(time) - epoch_us(own_time)) / 1000 FROM spans WHERE project = $1 AND time >= $2 AND time < $3 AND time <> own_time
)
WHERE off > 1000
