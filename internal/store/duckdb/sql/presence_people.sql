SELECT service, method, route, count(DISTINCT person)
FROM (/*rows*/)
WHERE side = ? /*conditions*/
GROUP BY service, method, route
