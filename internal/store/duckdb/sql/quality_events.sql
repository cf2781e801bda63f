SELECT count(*), count(*) FILTER (e.session_id = ''),
    count(*) FILTER (e.kind IN ('click', 'submit', 'route_change', 'page_view')),
    count(*) FILTER (e.kind IN ('click', 'submit', 'route_change', 'page_view') AND e.id IN (
        SELECT event FROM links WHERE project = ? AND time >= ? AND time < ? AND confidence >= ? AND event IS NOT NULL
    ))
FROM events e
WHERE e.project = ? AND e.time >= ? AND e.time < ? /*bots*/
