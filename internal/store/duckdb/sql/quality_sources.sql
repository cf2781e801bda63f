WITH linked AS (
    SELECT coalesce(server, client) AS call
    FROM links
    WHERE project = $1 AND time >= $2 AND time < $3 AND confidence >= $4
), arrived AS (
    SELECT 'event' AS kind, split_part(origin, chr(31), 1) AS source, time, own_time, late, false AS linked
    FROM events WHERE project = $1 AND time >= $2 AND time < $3
    UNION ALL
    SELECT CASE WHEN class = 'asset' THEN 'asset' ELSE 'call' END, split_part(origin, chr(31), 1), time, own_time, late, class <> 'asset' AND id IN (SELECT call FROM linked)
    FROM calls WHERE project = $1 AND time >= $2 AND time < $3
    UNION ALL
    SELECT 'span', split_part(origin, chr(31), 1), time, own_time, late, false
    FROM spans WHERE project = $1 AND time >= $2 AND time < $3
), judged AS (
    SELECT *, abs(epoch_us(time) - epoch_us(own_time)) / 1000 AS off FROM arrived
)
-- Sources by rows, and above them all the clocks of all (source NULL).
SELECT source, count(*) FILTER (kind = 'event'), count(*) FILTER (kind = 'call'), count(*) FILTER (kind = 'span'), count(*) FILTER (linked),
    count(*) FILTER (late), count(*) FILTER (off > 1000),
    coalesce(quantile_cont(off, 0.5) FILTER (off > 1000), 0), coalesce(max(off) FILTER (off > 1000), 0), grouping(source)
FROM judged
GROUP BY ROLLUP (source)
ORDER BY grouping(source) DESC, count(*) DESC, source
