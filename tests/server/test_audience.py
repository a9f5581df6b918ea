"""Staff learn on the same tables as students: their own record is theirs, their teacher sees it, and nothing that counts, leads or reports students has them."""
import re

import pytest

from harness import waymark


@pytest.fixture
def staff_course(db, school):
    """A course for staff at the school of the principal, given by the coach; a teacher has a seat in it."""
    [[district, org]] = db.rows(f"SELECT c.district_id, c.org_id FROM class c WHERE c.class_id = {school.classes['c1']}")
    [[content]] = db.rows(f"SELECT course_id FROM class WHERE class_id = {school.classes['c1']}")
    db.execute(f"INSERT INTO course (district_id, course_id, org_id, title, code, grades, status) VALUES ({district}, 901, {org}, 'Fractions for staff', 'STAFF-1', '', 'active');"
               f"INSERT INTO course_competency (district_id, course_id, competency_id, position) SELECT district_id, 901, competency_id, position FROM course_competency WHERE course_id = {content};"
               f"INSERT INTO class (district_id, class_id, course_id, org_id, title, code, grades, periods, location, status) VALUES ({district}, 902, 901, {org}, 'Staff fractions', '', '', '', '', 'active');"
               f"INSERT INTO enrollment (district_id, enrollment_id, class_id, user_id, role, is_primary, status) VALUES ({district}, 903, 902, {school.coach.id}, 'teacher', 1, 'active'), ({district}, 904, 902, {school.teacher.id}, 'student', 0, 'active');")
    waymark("course", "audience", "STAFF-1", "staff", "--db", db.url)
    assert waymark("course", "audience", "STAFF-1", "everyone", "--db", db.url, expect=2) and waymark("course", "audience", "no such", "staff", "--db", db.url, expect=3)
    return "902"


def counts(db, client):
    found = re.findall(r"\d+ (?:students?|teachers?|classes)", re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get("/school").text)))
    assert found
    return found


def test_staff_learn(db, school, request):
    clients = request.getfixturevalue("clients")
    before = counts(db, clients("principal", session=True))
    klass = request.getfixturevalue("staff_course")
    fresh = request.getfixturevalue("serve")()
    who = lambda key, **more: clients(key, port=fresh.port, **more)  # noqa: E731
    teacher, coach, principal = (who(k) for k in ("teacher", "coach", "principal"))
    # the teacher learns: the same pages and calls as a student's
    assert who("teacher", session=True).get("/today").status == 200
    item = teacher.get("/api/v1/me/next").json
    assert item["item_id"]
    body = {"client_id": "staff-answers-1", "item_id": item["item_id"], "variant": item["variant"], "response": school.right(item["item_id"])}
    answered = teacher.post("/api/v1/me/answers", body)
    assert answered.status == 200 and answered.json["evidence_id"]
    # whoever gives the course sees the class; whoever leads the school sees no record of the teacher
    assert who("coach", session=True).get(f"/class/{klass}").status == 200
    assert coach.get(f"/api/v1/learners/{school.teacher.id}/mastery").status == 200
    assert principal.get(f"/api/v1/learners/{school.teacher.id}/mastery").status == 403
    assert who("district").get(f"/api/v1/learners/{school.teacher.id}/mastery").status == 403
    assert who("teacher2").get(f"/api/v1/learners/{school.teacher.id}/mastery").status == 403
    # counts of students and the leaders' lists are as before
    assert counts(db, who("principal", session=True)) == before
    fresh.stop()
    waymark("check", "--db", db.url)


def test_a_course_for_staff_gets_no_content_by_default(db, school, staff_course, tmp_path):
    db.execute("DELETE FROM course_competency WHERE course_id = 901")
    waymark("content", "new", tmp_path / "pack")
    waymark("import", "--db", db.url, "pack", tmp_path / "pack")
    assert db.rows("SELECT COUNT(*) FROM course_competency WHERE course_id = 901") == [["0"]]


def test_the_condition_stands_wherever_students_are_counted():
    """What counts learners by their seats says whether those of staff are meant."""
    from test_plans import ROOT
    text = (ROOT / "src/store/sql/roster.sql").read_text()
    for name in ("learner_orgs", "org_counts", "class_org"):
        body = re.search(rf"-- name: {name} :.*?(?=\n-- name: )", text, re.S)[0]
        assert "{for_students" in body, name
