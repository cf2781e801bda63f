SELECT c.service, c.method, c.route,
    sum(c.weight) AS calls,
    coalesce(sum(c.weight) FILTER (/*failed*/), 0), coalesce(sum(c.weight) FILTER (/*refused*/), 0),
    quantile_cont(c.duration_us, 0.5), quantile_cont(c.duration_us, 0.95), quantile_cont(c.duration_us, 0.99),
    /*people*/, max(c.time)
FROM calls c
LEFT JOIN (/*facts*/) l ON l.call = c.id /*persons*/
WHERE c.project = ? AND c.time >= ? AND c.time < ? AND c.side = ? /*conditions*/
GROUP BY c.service, c.method, c.route
