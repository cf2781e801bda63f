-- Once it went, the next earliest is their record.
INSERT INTO claims
SELECT n.project, n.device_id, '', n.user_id, n.method, n.first_seen, n.source, n.source_form, n.source_text, n.is_call, n.session_id, o.withdrawn
FROM (/*rows*/) n
JOIN claims_orphaned o ON o.project = n.project AND o.device_id = n.device_id AND o.user_id = n.user_id
