SELECT DISTINCT hash(c.service, c.method, c.route) AS endpoint, c.service, c.method, c.route FROM /*rows*/
