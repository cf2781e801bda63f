-- Whether the link pass has yet to see a call.
SELECT count(*)
FROM calls
WHERE project = $1 AND time = $2 AND id = $3 AND seq > (SELECT value FROM state WHERE name = 'watermark')
