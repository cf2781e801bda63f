-- How claims know an id: as a user, or as a device of a user who has it alone.
SELECT DISTINCT user_id = $2 OR merged_id = $2 AS is_user,
    coalesce((SELECT person FROM people WHERE project = $1 AND NOT is_user AND id = $2 AND upto IS NULL), '') AS owner
FROM claims
WHERE project = $1 AND (user_id = $2 OR merged_id = $2 OR device_id = $2) AND $2 <> ''
