INSERT INTO people_touched
SELECT $2
UNION
SELECT device_id FROM claims WHERE project = $1 AND merged_id = '' AND user_id IN (/*users*/)
