-- What the numbering of each page of a session promises, and what came.
SELECT CAST(sum(last - first + 1) AS BIGINT), CAST(sum(came) AS BIGINT)
FROM (
    SELECT min(sender_seq) AS first, max(sender_seq) AS last, count(DISTINCT sender_seq) AS came
    FROM events
    WHERE project = ? AND time >= ? AND time < ? AND sender_seq > 0 AND session_id <> ''
    GROUP BY session_id, page_id
)
