UPDATE claims
SET method = f.method, first_seen = f.first_seen, source = f.source, source_form = f.source_form,
    source_text = f.source_text, is_call = f.is_call, session_id = f.session_id
FROM claims_fresh f
WHERE claims.project = f.project AND claims.device_id = f.device_id AND claims.merged_id = f.merged_id AND claims.user_id = f.user_id
