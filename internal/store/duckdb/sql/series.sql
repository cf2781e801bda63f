SELECT CAST(/*bucket*/ AS BIGINT) AS bucket /*labels*/ /*stats*/
FROM /*rows*/
GROUP BY ALL
