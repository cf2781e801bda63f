-- Claims about ids that no row names any more.
/*take*/ FROM claims
WHERE first_seen < ? /*of*/ AND CASE
    WHEN merged_id = '' THEN (project, device_id) NOT IN (
        SELECT (project, device_id) FROM events UNION ALL SELECT (project, device_id) FROM calls UNION ALL SELECT (project, device_id) FROM sessions
    )
    ELSE (project, merged_id) NOT IN (
        SELECT (project, user_id) FROM events UNION ALL SELECT (project, user_id) FROM calls UNION ALL SELECT (project, user_id) FROM sessions
    )
END
