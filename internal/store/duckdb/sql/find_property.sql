-- Records whose open map names one of the keys with the value: every such
-- map contains $4 or $5, and few others match the pattern $6.
SELECT time, kind, id, session_id, open
FROM (
    SELECT time, 'call' AS kind, /*id*/ AS id, session_id, attributes AS open
    FROM calls r
    WHERE project = $1 AND time >= $2 AND time < $3 AND (contains(attributes, $4) OR contains(attributes, $5)) AND regexp_matches(attributes, $6)
    UNION ALL
    SELECT time, 'event', /*id*/, session_id, properties
    FROM events r
    WHERE project = $1 AND time >= $2 AND time < $3 AND (contains(properties, $4) OR contains(properties, $5)) AND regexp_matches(properties, $6)
)
ORDER BY time DESC, kind, id DESC
