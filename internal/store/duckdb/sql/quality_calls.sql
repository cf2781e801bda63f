-- Texts are made of the few groups, not of every row.
SELECT service, method, route, CAST(side AS VARCHAR), CASE WHEN tied THEN tied_by ELSE '' END, CAST(sum(n) AS BIGINT), CAST(sum(answered) AS BIGINT), CAST(sum(linked) AS BIGINT)
FROM (
    SELECT service, method, route, side, tied_by, tied >= $4 AS tied, count(*) AS n, count(*) FILTER (answered >= $4) AS answered, count(*) FILTER (linked >= $4) AS linked
    FROM calls c
    WHERE project = $1 AND time >= $2 AND time < $3 AND class <> 'asset'
    GROUP BY service, method, route, side, tied_by, c.tied >= $4
)
GROUP BY ALL
