-- Texts are made of the few groups, not of every row.
SELECT service, method, route, CAST(side AS VARCHAR), CASE WHEN tied THEN tied_by ELSE '' END AS linked_by, split_part(origin, chr(31), 1) AS source, asset, CAST(sum(n) AS BIGINT),
    CAST(coalesce(sum(n) FILTER (answered), 0) AS BIGINT), CAST(coalesce(sum(n) FILTER (linked), 0) AS BIGINT), CAST(coalesce(sum(n) FILTER (late), 0) AS BIGINT)
FROM (
    SELECT service, method, route, side, class = CAST('asset' AS call_class) AS asset, origin, tied_by, tied >= $4 AS tied, answered >= $4 AS answered, linked >= $4 AS linked, late, count(*) AS n
    FROM calls c
    WHERE project = $1 AND time >= $2 AND time < $3
    GROUP BY service, method, route, side, asset, origin, tied_by, c.tied >= $4, c.answered >= $4, c.linked >= $4, late
)
GROUP BY ALL
