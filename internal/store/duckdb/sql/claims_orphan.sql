-- The claims whose record is about to go.
INSERT INTO claims_orphaned
SELECT project, device_id, user_id, withdrawn
FROM claims
WHERE project = ? AND merged_id = '' AND (
    NOT is_call AND source IN (SELECT id FROM doomed WHERE kind = 'event')
    OR is_call AND source IN (SELECT id FROM doomed WHERE kind = 'call')
)
