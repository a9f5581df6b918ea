"""Years of versions: a start and an answer cost nothing by how many there are, and each scope still finds its own."""
import json
import random

import pytest

from client import Client
from harness import waymark
from load import Ledger

VERSIONS = 3000
BEGIN_MS = 1_700_000_000_000


@pytest.fixture
def grown(db, school, tmp_path):
    """A thousand versions each of a school, of its classes and of its learners, every one of another value."""
    district, = db.rows("SELECT district_id FROM district WHERE district_id > 0")[0]
    org, = db.rows(f"SELECT org_id FROM class WHERE district_id = {district} ORDER BY class_id LIMIT 1")[0]
    classes = [c for c, in db.rows(f"SELECT class_id FROM class WHERE district_id = {district} AND org_id = {org} ORDER BY class_id")]
    learners = [u for u, in db.rows(f"SELECT user_id FROM user_role WHERE district_id = {district} AND role = 'student' ORDER BY user_id")]
    open_doc = tmp_path / "open.json"
    open_doc.write_text(json.dumps({"about": {"mastery.secure_at": {"lock": "open"}}}))
    waymark("policy", "set", open_doc, "--db", db.url, "--reason", "schools may choose", "--effective", "now")
    base = int(db.rows("SELECT MAX(policy_id) FROM policy")[0][0])
    rows = []
    for i in range(VERSIONS):
        scope, who, doc = (("school", org, {"mastery": {"secure_at": 0.9 + i % 50 / 1000}}), ("class", classes[i % len(classes)], {"mastery": {"review_after_days": 7 + i % 20}}),
                           ("learner", learners[i % len(learners)], {"mastery": {"review_after_days": 8 + i % 20}}))[i % 3]
        rows.append(f"({district}, {base + 1 + i}, '{scope}', {who}, '{json.dumps(doc)}', {BEGIN_MS + i}, {BEGIN_MS + i}, 'made by a test', {BEGIN_MS + i})")
    for at in range(0, VERSIONS, 500):
        db.execute("INSERT INTO policy (district_id, policy_id, scope, scope_id, doc, effective_at_ms, recorded_at_ms, reason, derived_at_ms) VALUES " + ", ".join(rows[at:at + 500]))
    return org


def test_thousands_of_versions_start_and_answer(db, school, grown, serve):
    shown = waymark("policy", "show", "--school", grown, "--db", db.url, "--json").json
    assert abs(shown["doc"]["mastery"]["secure_at"] - (0.9 + (VERSIONS - 3) % 50 / 1000)) < 1e-9
    history = waymark("policy", "show", "--history", "--school", grown, "--db", db.url, "--json").json
    assert len(history) == VERSIONS // 3
    server = serve()
    ledger = Ledger(school)
    c = Client(server.port, school.users["student"].token)
    rng = random.Random(3)
    for _ in range(6):
        assert ledger.post(c, ledger.new("student", rng)).status == 200
    c.close()
    server.stop()
    waymark("rebuild", "--db", db.url)
    waymark("check", "--db", db.url)
