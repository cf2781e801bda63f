SELECT c.service, c.method, c.route, CAST(c.side AS VARCHAR), coalesce(l.method, ''),
    count(*), count(*) FILTER (coalesce(l.answered, false)), count(*) FILTER (/*linked*/)
FROM calls c
LEFT JOIN (/*facts*/) l ON l.call = c.id
WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.class <> 'asset'
GROUP BY ALL
