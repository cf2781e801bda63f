-- The hours that minutes before $1 belong to.
DELETE FROM rollup_hours
WHERE (project, hour) IN (SELECT project, date_trunc('hour', minute) FROM rollup_minutes WHERE minute < $1)
