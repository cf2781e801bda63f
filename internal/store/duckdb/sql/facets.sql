SELECT n, without /*labels*/
FROM (
    SELECT count(*) AS n, GROUPING(/*names*/) AS without, /*names*/
    FROM (SELECT TRUE /*values*/ FROM /*rows*/)
    GROUP BY GROUPING SETS (/*sets*/)
)
