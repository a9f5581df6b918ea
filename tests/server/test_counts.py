"""Counts that people read: what is counted, of whom, and what "in time" means."""
import datetime
import html
import json
import re

from client import Client

SKILL = "urn:oatutor:skill:simplify_fractions"


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page)))


def test_what_a_teacher_saw_is_no_answer_of_the_student(clients, school, db):
    teacher, student = clients("teacher"), clients("student")
    now = lambda: re.findall(r"(\d+) answers?", text(student.get("/today").text))
    before = now()
    for n in range(3):
        seen = {"client_id": f"counted-seen-{n}", "competency_id": school.competencies[SKILL], "learner_ids": [school.student.id], "level": "secure"}
        assert teacher.post(f"/api/v1/classes/{school.classes['c1']}/observations", seen).status == 200
    assert now() == before
    row = next(x for x in re.findall(r"<li>.*?</li>", clients("teacher").get("/classes").text, re.S) if "Algebra 8 Blue" in x)
    assert "working" not in text(row) and "no answers" in text(row).lower(), text(row)
    item = student.next()
    student.answer(item, school.right(item["item_id"]))
    row = next(x for x in re.findall(r"<li>.*?</li>", clients("teacher").get("/classes").text, re.S) if "Algebra 8 Blue" in x)
    assert "no answers" not in text(row).lower()


def test_more_than_is_asked_for_is_all_of_it(clients, school, db):
    leader = clients("district", session=True)
    assert leader.post("/requirements", form={"title": "Service", "for": "graduation", "by_grade": "12", "kind": "hours", "need": "0.3", "reason": "as agreed"}).status == 303
    need = clients("teacher").get(f"/api/v1/learners/{school.student.id}/standing").json["requirements"][0]["id"]
    teacher = clients("teacher", session=True)
    for n in range(3):  # three times 0.1 is 0.30000000000000004 or less
        r = teacher.post(f"/standing/{school.student.id}", form={"client_id": f"service-{n}", "requirement": need, "amount": "0.1", "note": "Library", "day": "2026-01-10"})
        assert r.status == 303, r
    assert clients("teacher").get(f"/api/v1/learners/{school.student.id}/standing").json["requirements"][0]["done"]
    teacher.post(f"/standing/{school.student.id}", form={"client_id": "service-more", "requirement": need, "amount": "2", "note": "Library", "day": "2026-01-10"})
    page = text(clients("teacher").get(f"/standing/{school.student.id}").text)
    assert "0.3 of 0.3" in page and "2.3" not in page.split("Library")[0]


def test_a_goal_of_a_grade_counts_those_in_that_grade(school, db, serve):
    """Nine students of the school, six of them in grade 8: standards of grade 8 are counted of six."""
    skill = school.competencies[SKILL]
    db.execute(f"UPDATE competency SET grades = '08' WHERE competency_id = {skill}")
    db.execute(f"UPDATE user_account SET grade = '05' WHERE user_id IN ({school.load0.id}, {school.load1.id}, {school.load2.id})")
    leader = Client(serve().port)
    assert leader.sign_in(school.district.username, school.district.password).status == 303
    r = leader.post("/goals", form={"client_id": "goal-of-8", "title": "Grade 8 fractions", "by": "state", "counted_by": "state", "standards": skill, "competency": skill, "share": "80"})
    assert r.status == 303
    [[school_id]] = db.rows("SELECT org_id FROM org WHERE name = 'Alder School'")
    page = text(leader.get(f"/goals?school={school_id}").text)
    row = page.split("Grade 8 fractions")[1][:400]
    students = db.rows(f"SELECT COUNT(*) FROM user_role r JOIN user_account u ON u.user_id = r.user_id WHERE r.role = 'student' AND r.org_id = {school_id} AND u.grade = '08'")[0][0]
    assert re.search(rf"\b{students}\b", row), row


def test_what_is_done_in_the_month_in_which_it_is_due_is_in_time(school, db, serve):
    """Both days are estimates that people read by their month: a few days within it are no risk, a day in the next is."""
    today = datetime.date(2026, 12, 8)
    server = serve("--now", f"{today}T15:00:00Z")
    district, student, teacher = (Client(server.port) for _ in range(3))
    for c, who in ((district, school.district), (student, school.student), (teacher, school.teacher)):
        assert c.sign_in(who.username, who.password).status == 303
    assert district.post("/rules", form={"doc": json.dumps({"mastery": {"secure_at": 0.5, "nearly_at": 0.4, "least_evidence": 1}}), "reason": "for this test", "when": "now"}).status == 303
    [[uri]] = db.rows(f"SELECT uri FROM framework WHERE framework_id = (SELECT framework_id FROM competency WHERE competency_id = {school.competencies[SKILL]})")
    [[skills]] = db.rows(f"SELECT COUNT(*) FROM competency c WHERE c.framework_id = (SELECT framework_id FROM competency WHERE competency_id = {school.competencies[SKILL]}) AND NOT EXISTS (SELECT 1 FROM competency d WHERE d.parent_id = c.competency_id)")
    assert district.post("/requirements", form={"title": "Skills", "for": "promotion", "by_grade": "08", "kind": "competencies", "competencies": uri, "need": skills, "reason": "x"}).status == 303
    item = student.next()
    assert student.answer(item, school.right(item["item_id"]), answered_at_ms=1796741200000).status == 200

    def standing(ends):
        db.execute(f"UPDATE academic_session SET ends_on = {(ends - datetime.date(1970, 1, 1)).days}, starts_on = 20000")
        [need] = teacher.get(f"/api/v1/learners/{school.student.id}/standing").json["requirements"]
        return need, teacher.get(f"/api/v1/learners/{school.student.id}/pace/why", need=need["id"]).json["at_risk"]

    need, _ = standing(datetime.date(2027, 6, 30))
    done = today + datetime.timedelta(days=int(need["weeks_to_go"] * 7))
    first = done.replace(day=1)
    assert done.day > 1, (need, done)
    assert standing(done)[1] is False and standing(done + datetime.timedelta(days=40))[1] is False
    assert standing(first)[1] is False, "some days before, in the same month"
    assert standing(first - datetime.timedelta(days=1))[1] is True, "the month before"
    for c in (district, student, teacher):
        c.close()
