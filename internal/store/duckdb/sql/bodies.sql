SELECT time, call, call_form, call_text, request, response
FROM bodies
WHERE project = ? AND time BETWEEN ? AND ? AND call IN (/*ids*/)
