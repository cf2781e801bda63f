SELECT CAST(/*bucket*/ AS BIGINT) AS bucket, /*labels*/ CAST(/*stat*/ AS DOUBLE)
FROM /*rows*/
GROUP BY ALL
