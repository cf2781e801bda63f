SELECT c.service, c.method, c.route, CAST(c.side AS VARCHAR), CASE WHEN c.tied >= $4 THEN c.tied_by ELSE '' END,
    count(*), count(*) FILTER (c.answered >= $4), count(*) FILTER (c.linked >= $4)
FROM calls c
WHERE c.project = $1 AND c.time >= $2 AND c.time < $3 AND c.class <> 'asset'
GROUP BY ALL
