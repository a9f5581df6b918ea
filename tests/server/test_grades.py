"""Grades by the published conversion; a term that was given out stays as it was."""
import json
import random
import re

from client import Client
from harness import eventually, waymark
from load import Ledger


def test_a_term_given_out_stays(db, school, serve, tmp_path):
    server = serve()
    ledger, rng, me = Ledger(school), random.Random(3), school.student.id
    student = Client(server.port, school.student.token)
    for _ in range(20):
        assert ledger.post(student, ledger.new("student", rng)).status == 200
    now = student.get(f"/api/v1/learners/{me}/grades").json
    assert now["courses"] and not now["terms"]
    [[district]] = db.rows("SELECT MIN(district_id) FROM district WHERE district_id > 0")
    db.execute(f"INSERT INTO academic_session (district_id, session_id, title, type, starts_on, ends_on, school_year, status) VALUES ({district}, 77, 'Fall of the test', 'term', 1, 40000, '2026', 'active')")
    assert waymark("grades", "freeze", "--term", "no such term", "--db", db.url, expect=3).code == 3
    first = waymark("grades", "freeze", "--term", "Fall of the test", "--db", db.url, "--json").json["written"]
    assert first >= len(now["courses"])
    given = student.get(f"/api/v1/learners/{me}/grades").json["terms"]
    assert [t["title"] for t in given] == [c["title"] for c in now["courses"]]
    for t, c in zip(given, now["courses"]):
        assert (t["incomplete"], t.get("letter"), t.get("percent"), t.get("gpa")) == (c["incomplete"], c.get("letter"), c.get("percent"), c.get("gpa"))
    # Another conversion, and more work: what was given out stays, what is now is by the new one.
    doc = tmp_path / "p.json"
    doc.write_text(json.dumps({"grades": {"incomplete_share": 0, "conversion": [{"from": 1, "to": 4, "letter": "Pass", "percent": 100, "gpa": 1}]}}))
    waymark("policy", "set", doc, "--db", db.url, "--reason", "a test", "--effective", "now")
    assert waymark("grades", "freeze", "--term", "Fall of the test", "--db", db.url, "--json").json["written"] == 0
    server.stop()
    server = serve()
    student = Client(server.port, school.student.token)
    after = student.get(f"/api/v1/learners/{me}/grades").json
    assert after["terms"] == given
    assert any(c.get("letter") == "Pass" and c["gpa"] == 1 for c in after["courses"])
    page = Client(server.port)
    assert page.sign_in(school.student.username, school.student.password).status == 303
    text = page.get(f"/report/{me}").text
    assert "Pass" in text and "Fall of the test" in text and re.search("version 2|version 3", text)


def test_the_mean_is_of_what_was_shown(school, clients):
    me = school.student.id
    student = clients("student")
    levels = {m["competency_id"]: m["level"] for m in student.get(f"/api/v1/learners/{me}/mastery").json["competencies"]}
    for c in student.get(f"/api/v1/learners/{me}/grades").json["courses"]:
        assert c["shown"] <= c["competencies"]
        assert c["incomplete"] == ("letter" not in c)
        if c["shown"]:
            assert 2 <= c["mean"] <= 4 and levels


def test_habits_stand_apart_from_grades_and_a_transcript_can_be_read(clients, school, db):
    db.execute("UPDATE academic_session SET starts_on = 1, ends_on = 40000 WHERE title = 'Autumn'")
    me, teacher = school.student.id, clients("teacher", session=True)
    ledger, rng = Ledger(school), random.Random(5)
    for _ in range(12):
        assert ledger.post(clients("student"), ledger.new("student", rng)).status == 200
    before = clients("student").get(f"/api/v1/learners/{me}/grades").json
    page = f"/class/{school.classes['c1']}/habits"
    for i, mark in ((1, "2"), (1, "2"), (2, "4")):  # a resend is harmless, and the latest holds
        assert teacher.post(page, form={"client_id": f"habits-said-{i}", f"h1_{me}": mark}).status == 303
    assert teacher.post(page, form={"client_id": "habits-said-3", f"h1_{me}": "9"}).status == 400
    assert clients("teacher2", session=True).post(page, form={"client_id": "habits-said-4", f"h1_{me}": "1"}).status == 403
    after = clients("student").get(f"/api/v1/learners/{me}/grades").json
    assert before["courses"] == after["courses"], "habits are never in a grade"
    report = re.sub(r"<[^>]+>", " ", clients("guardian", session=True).get(f"/report/{me}").text)
    assert "Keeps trying when it’s hard" in report and "always" in report and "sometimes" not in report
    done = waymark("grades", "freeze", "--db", db.url, "--json")
    assert done.code == 0
    for role in ("student", "guardian", "teacher", "principal"):
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", clients(role, session=True).get(f"/transcript/{me}").text))
        assert "Autumn" in text and "How to read this transcript" in text and "A skill is secure by this rule" in text, role
        assert "Keeps at it" not in text, "habits are not sent to a college"
    [course] = after["courses"]
    assert f"{course['shown']} of {course['competencies']}" in text
    if not course["incomplete"]:
        assert f"Cumulative GPA: {course['gpa']:.2f}" in text


def test_a_what_if_counts_the_grades_that_would_change(clients, school, db, tmp_path):
    ledger, rng = Ledger(school), random.Random(11)
    people = ["student", "classmate", "load0", "load1"]
    for who in people:
        for _ in range(14):
            assert ledger.post(clients(who), ledger.new(who, rng)).status == 200

    def letters():
        return {who: [c.get("letter", "") for c in clients(who).get(f"/api/v1/learners/{school.users[who].id}/grades").json["courses"]] for who in people}

    doc = tmp_path / "p.json"
    doc.write_text("{}")
    same = waymark("rebuild", "--db", db.url, "--what-if", doc, "--json").json
    assert same["changed"] == 0 and same["grades_changed"] == 0 and same["grades"] >= len(people)
    doc.write_text(json.dumps({"grades": {"incomplete_share": 0, "conversion": [{"from": 1, "to": 2.2, "letter": "P", "percent": 60, "gpa": 1}, {"from": 2.2, "to": 4, "letter": "A", "percent": 95, "gpa": 4}]}}))
    before = letters()
    tried = waymark("rebuild", "--db", db.url, "--what-if", doc, "--json").json
    assert letters() == before, "a what-if writes nothing"
    waymark("policy", "set", doc, "--db", db.url, "--reason", "a test", "--effective", "now")
    # The server sees another's rules within a second or so: perhaps while the letters are being read.
    after = eventually(lambda: (now := letters()) != before and letters() == now and now, "what another process set")
    assert tried["grades_changed"] == sum(a != b for who in people for a, b in zip(before[who], after[who])) > 0


def test_a_term_grades_whom_it_saw(db, school):
    """Who was in the class on some day of the term, also when grades are given out after it."""
    [[district]] = db.rows("SELECT MIN(district_id) FROM district WHERE district_id > 0")
    first, last = 20000, 20100
    db.execute(f"INSERT INTO academic_session (district_id, session_id, title, type, starts_on, ends_on, school_year, status) VALUES ({district}, 78, 'A term long past', 'term', {first}, {last}, '2024', 'active')")
    students = [school.users[f"load{i}"].id for i in range(6)]
    dates = [(first, last), ("NULL", first), (last, "NULL"), ("NULL", first - 1), (last + 1, "NULL"), ("NULL", "NULL")]
    for table in ("enrollment", "user_role"):
        for who, (a, b) in zip(students, dates):
            db.execute(f"UPDATE {table} SET starts_on = {a}, ends_on = {b} WHERE user_id = {who}")
        waymark("grades", "freeze", "--term", "A term long past", "--db", db.url)
        assert [bool(db.rows(f"SELECT 1 FROM term_grade WHERE session_id = 78 AND learner_id = {who}")) for who in students] == [True, True, True, False, False, True], table
        db.execute("DELETE FROM term_grade WHERE session_id = 78")
        for who in students:
            db.execute(f"UPDATE {table} SET starts_on = NULL, ends_on = NULL WHERE user_id = {who}")
