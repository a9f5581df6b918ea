"""An enrollment, a role or a membership counts from its first day to its last: outside them it gives no right, no place and no line on a list."""
import datetime
import time

import pytest
from client import Client
from harness import waymark

TODAY = datetime.date.today()
DAY = (TODAY - datetime.date(1970, 1, 1)).days
# The district keeps UTC; near midnight the two clocks could differ.
pytestmark = pytest.mark.skipif(datetime.datetime.now(datetime.timezone.utc).date() != TODAY, reason="this machine's day is not the district's")
OUTSIDE = {"ended": ("NULL", DAY - 1), "not yet begun": (DAY + 1, "NULL"), "long ago": (DAY - 60, DAY - 30)}
INSIDE = {"last day": ("NULL", DAY), "first day": (DAY, "NULL"), "both": (DAY, DAY), "none": ("NULL", "NULL")}


def dated(db, table, where, dates):
    db.execute(f"UPDATE {table} SET starts_on = {dates[0]}, ends_on = {dates[1]} WHERE {where}")


@pytest.mark.parametrize("when", [*OUTSIDE, *INSIDE])
def test_a_teacher_has_a_class_between_the_dates(db, school, serve, when):
    inside, me, pupil, c1 = when in INSIDE, school.teacher, school.student, school.classes["c1"]
    dated(db, "enrollment", f"user_id = {me.id}", (OUTSIDE | INSIDE)[when])
    c = Client(serve().port, token=me.token)
    assert [k["id"] for k in c.get("/api/v1/me").json["classes"]] == ([c1] if inside else [])
    want = 200 if inside else 403
    for path in (f"/api/v1/learners/{pupil.id}/mastery", f"/api/v1/learners/{pupil.id}/grades", f"/api/v1/classes/{c1}/mastery", f"/api/v1/classes/{c1}/queue", f"/class/{c1}", f"/class/{c1}/standing",
                 f"/class/{c1}/cards", f"/class/{c1}/mastery.csv", f"/student/{pupil.id}", f"/report/{pupil.id}", f"/letter/{pupil.id}", f"/class/{c1}/checkpoint"):
        if "checkpoint" in path and inside:
            continue  # needs one
        assert c.get(path).status == want, path
    seen = {"client_id": "dated-seen-1", "competency_id": school.competencies["urn:oatutor:skill:simplify_fractions"], "learner_ids": [pupil.id], "level": "secure"}
    assert c.post(f"/api/v1/classes/{c1}/observations", seen).status == want


@pytest.mark.parametrize("when", [*OUTSIDE, *INSIDE])
def test_a_student_has_a_place_between_the_dates(db, school, serve, when):
    inside, pupil, c1 = when in INSIDE, school.student, school.classes["c1"]
    dated(db, "enrollment", f"user_id = {pupil.id}", (OUTSIDE | INSIDE)[when])
    server = serve()
    c = Client(server.port, token=school.teacher.token)
    assert (pupil.id in {x["learner_id"] for x in c.get(f"/api/v1/classes/{c1}/mastery").json["learners"]}) == inside
    for page in (f"/class/{c1}", f"/class/{c1}/cards", f"/class/{c1}/observe?competency={school.competencies['urn:oatutor:skill:simplify_fractions']}"):
        assert (pupil.given in c.get(page).text) == inside, page
    want = 200 if inside else 403
    assert c.get(f"/api/v1/learners/{pupil.id}/mastery").status == want
    # Whoever has the student by a school has them by the classes of today; a guardian, and the student, keep what was shown.
    assert Client(server.port, token=school.principal.token).get(f"/api/v1/learners/{pupil.id}/mastery").status == want
    assert Client(server.port, token=school.guardian.token).get(f"/api/v1/learners/{pupil.id}/mastery").status == 200
    assert Client(server.port, token=pupil.token).get(f"/api/v1/learners/{pupil.id}/mastery").status == 200
    cards = waymark("user", "list", "--db", db.url, "--class", c1, "--json", expect=None)
    if cards.code == 0:
        assert (pupil.username in cards.out) == inside


@pytest.mark.parametrize("when", ["ended", "not yet begun", "last day"])
@pytest.mark.parametrize("role,path", [("principal", "/school"), ("coach", "/school"), ("district", "/school"), ("counselor", "/counselor"), ("programs", "/programs"), ("teacher", "/now"), ("student", "/today"),
                                       ("guardian", "/children")])
def test_a_role_holds_between_the_dates(db, school, serve, role, path, when):
    who = school.users[role]
    dated(db, "user_role", f"user_id = {who.id}", (OUTSIDE | INSIDE)[when])
    c = Client(serve().port, token=who.token)
    assert c.get(path).status == (200 if when in INSIDE else 403)
    assert c.get("/api/v1/me").json["roles"] == ([role] if when in INSIDE else [])


@pytest.mark.parametrize("when", ["ended", "not yet begun", "last day"])
def test_a_membership_of_a_program_is_listed_between_the_dates(db, school, serve, when):
    [[district]] = db.rows("SELECT district_id FROM district")
    first, last = (OUTSIDE | INSIDE)[when]
    db.execute(f"INSERT INTO program_membership (district_id, program_id, learner_id, program, starts_on, ends_on, status) VALUES ({district}, 77, {school.student.id}, 'Reading club', {first}, {last}, 'active')")
    assert ("Reading club" in Client(serve().port, token=school.programs.token).get("/programs").text) == (when in INSIDE)


def test_a_right_ends_while_the_program_runs(db, school, serve):
    c = Client(serve().port, token=school.teacher.token)
    assert c.get(f"/class/{school.classes['c1']}").status == 200
    dated(db, "enrollment", f"user_id = {school.teacher.id}", OUTSIDE["ended"])
    until = time.monotonic() + 30
    while c.get(f"/class/{school.classes['c1']}").status == 200:
        assert time.monotonic() < until, "another process's change is believed within seconds"
        time.sleep(0.2)
