SELECT min(time), max(time)
FROM (
    SELECT min(time) AS time FROM events
    UNION ALL
    SELECT min(time) FROM calls
    UNION ALL
    SELECT max(time) FROM events
    UNION ALL
    SELECT max(time) FROM calls
)
