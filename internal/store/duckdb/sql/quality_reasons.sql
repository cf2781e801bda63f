-- Why server calls are linked to no action: each has one reason, so that they add up. Of
-- client calls only what the link pass said.
WITH told AS (
    SELECT call, min(reason) AS reason
    FROM unlinked
    WHERE project = $1 AND time >= $2 - INTERVAL 24 HOUR AND time < $3 + INTERVAL 24 HOUR
    GROUP BY call
), judged AS (
    SELECT CAST(c.side AS VARCHAR) AS side, c.time, /*id*/ AS id, CASE
        WHEN c.side = 'client' THEN u.reason
        WHEN c.answered >= $4 AND c.linked IS NULL THEN 'no_action'
        WHEN c.tied IS NOT NULL THEN 'low_confidence'
        WHEN u.reason IS NOT NULL THEN u.reason
        WHEN c.seq > (SELECT value FROM state WHERE name = 'watermark') THEN 'pending'
        ELSE 'no_browser'
    END AS reason
    FROM calls c
    LEFT JOIN told u ON u.call = c.id
    WHERE c.project = $1 AND c.time >= $2 AND c.time < $3 AND c.class <> 'asset'
        AND (c.side = 'client' AND u.reason IS NOT NULL OR c.side = 'server' AND coalesce(c.linked < $4, true))
)
SELECT reason, side, count(*) AS n, arg_max(id, (time, id))
FROM judged
GROUP BY reason, side
ORDER BY n DESC, reason, side
