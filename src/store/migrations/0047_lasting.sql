-- What is kept of a learner now has a belief about each skill, and the days on which it was shown. It follows from the facts, so
-- nothing is moved here: all of it is derived once more, by `waymark migrate` or, while it serves, by the server.
UPDATE policy SET derived_at_ms = NULL
WHERE policy_id = (SELECT MIN(p.policy_id) FROM policy p WHERE p.district_id = policy.district_id AND p.derived_at_ms IS NOT NULL);
