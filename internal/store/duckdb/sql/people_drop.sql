DELETE FROM people
WHERE project = $1 /*devices*/ AND NOT EXISTS (
    SELECT 1 FROM people_now n
    WHERE n.is_user = people.is_user AND n.id = people.id AND n.person = people.person
        AND n.session_id = people.session_id AND n.upto IS NOT DISTINCT FROM people.upto
)
