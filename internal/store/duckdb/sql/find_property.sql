-- Records whose open map names one of the keys with the value: every such
-- map contains $4, $5 or $6, and few others match the pattern $7.
SELECT time, kind, id, session_id, open
FROM (
    SELECT time, 'call' AS kind, /*id*/ AS id, session_id, attributes AS open
    FROM calls r
    WHERE project = $1 AND time >= $2 AND time < $3 AND (contains(attributes, $4) OR contains(attributes, $5) OR contains(attributes, $6)) AND regexp_matches(attributes, $7)
    UNION ALL
    SELECT time, 'event', /*id*/, session_id, properties
    FROM events r
    WHERE project = $1 AND time >= $2 AND time < $3 AND (contains(properties, $4) OR contains(properties, $5) OR contains(properties, $6)) AND regexp_matches(properties, $7)
)
ORDER BY time DESC, kind, id DESC
