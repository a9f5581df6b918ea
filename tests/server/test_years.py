"""A learner with years of answers: no page and no reply fails, and none grows with the whole past."""
import re

import pytest
from client import Client

FACTS = 12000


@pytest.fixture
def long_past(db, school):
    """Twelve thousand answers of one student, as rows: two years of a diligent one."""
    me, item = school.student.id, next(i for k, i in school.items.items() if i["course"] == "co1")
    [[district, policy, model]] = db.rows("SELECT p.district_id, MIN(p.policy_id), MIN(m.model_id) FROM policy p JOIN model m ON m.district_id = p.district_id GROUP BY p.district_id")
    numbers = f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {FACTS})"
    at, key = "1700000000000 + CAST(i AS BIGINT) * 5000000", f"((1700000000000 + CAST(i AS BIGINT) * 5000000 - 1577836800000) * 4194304 + i)"
    db.execute(f"""INSERT INTO evidence (district_id, learner_id, evidence_id, client_id, kind, item_id, item_version, variant, score, attempt, hints, took_ms, answered_at_ms, school_date, policy_id, model_id, shown_error)
      {numbers} SELECT {district}, {me}, {key}, 'past-' || i, 1, {item["id"]}, 1, 0, i % 3 / 2, 1, 0, 20000, {at}, 19675 + i / 17, {policy}, {model}, 0 FROM n""")
    db.execute(f"""INSERT INTO evidence_response (district_id, learner_id, client_id, evidence_id, body_hash, response)
      {numbers} SELECT {district}, {me}, 'past-' || i, {key}, 1, '"a rather long answer, as a sentence that a student may write"' FROM n""")
    from harness import waymark
    waymark("rebuild", "--db", db.url)
    [[competency]] = db.rows(f"SELECT MIN(competency_id) FROM item_competency WHERE item_id = {item['id']}")
    return competency


def test_pages_of_a_learner_do_not_grow_with_the_past(db, school, serve, long_past):
    server = serve()
    teacher, student, guardian = (Client(server.port, token=school.users[k].token, timeout=60) for k in ("teacher", "student", "guardian"))
    me, k = school.student.id, long_past
    sizes = {}
    for c, path in [(teacher, f"/letter/{me}"), (teacher, f"/student/{me}"), (teacher, f"/report/{me}"), (teacher, f"/transcript/{me}"), (teacher, f"/standing/{me}"), (teacher, f"/changes/{me}"),
                    (teacher, f"/suggestion/{me}"), (student, "/today"), (student, "/map"), (student, f"/why?c={k}"), (guardian, f"/why/{me}?c={k}"), (guardian, "/children"),
                    (teacher, f"/class/{school.classes['c1']}/cell?learner={me}&competency={k}"),
                    (teacher, f"/api/v1/learners/{me}/mastery"), (teacher, f"/api/v1/learners/{me}/mastery?as_of=2024-06-01"), (teacher, f"/api/v1/learners/{me}/mastery/{k}/why"),
                    (teacher, f"/api/v1/learners/{me}/grades"), (teacher, f"/api/v1/learners/{me}/standing"), (teacher, f"/api/v1/learners/{me}/next/why")]:
        reply = c.get(path)
        assert reply.status in (200, 404) and (reply.status == 200 or "why?" in path), (path, reply)
        sizes[path] = len(reply.body)
        assert sizes[path] < 300_000, path
    why = teacher.get(f"/api/v1/learners/{me}/mastery/{k}/why").json
    assert len(why["steps"]) == 200 and why["steps_total"] == FACTS
    assert [s["at"] for s in why["steps"]] == sorted(s["at"] for s in why["steps"]) and why["steps"][-1]["response"]
