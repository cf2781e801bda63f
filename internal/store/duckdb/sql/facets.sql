SELECT n /*labels*/
FROM (
    SELECT count(*) AS n /*values*/
    FROM /*rows*/
    GROUP BY ALL
)
