SELECT service, method, route, count(DISTINCT coalesce(p.person, r.person))
FROM (/*rows*/) r
LEFT JOIN (
    SELECT md5_number_lower(CASE WHEN is_user THEN 'user ' ELSE 'device ' END || id) AS id, md5_number_lower('user ' || person) AS person
    FROM people
    WHERE project = ? AND upto IS NULL
) p ON p.id = r.person
WHERE side = ? /*conditions*/
GROUP BY service, method, route
