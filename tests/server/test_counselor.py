"""A counselor: who of the own school needs what to graduate or move up in time, by what is needed; reads, and changes nothing."""
import json
import re

from client import Client
from harness import eventually, waymark
from test_outside import bring, framework_of  # noqa: F401
from test_rules_page import text


def test_a_counselor_sees_who_needs_what(serve, school, db):
    server = serve("--now", "2026-12-10T15:00:00Z")
    open_ones = {}

    def page_of(key):
        if key not in open_ones:
            open_ones[key] = Client(server.port)
            assert open_ones[key].sign_in(school.users[key].username, school.users[key].password).status == 303
        return open_ones[key]

    assert db.rows(f"SELECT role, org_id FROM user_role WHERE user_id = {school.users['counselor'].id} AND status = 'active'") == [["counselor", db.rows("SELECT org_id FROM org WHERE name = 'Alder School'")[0][0]]], "as the roster says"
    counselor, district, student = page_of("counselor"), page_of("district"), page_of("student")
    assert counselor.get("/").headers["Location"] == "/counselor"
    assert "No requirements yet" in text(counselor.get("/counselor").text)
    [[uri]] = db.rows(f"SELECT uri FROM framework WHERE framework_id = {framework_of(db, school)}")
    assert district.post("/rules", form={"doc": json.dumps({"mastery": {"secure_at": 0.5, "nearly_at": 0.4, "least_evidence": 1}}), "reason": "for this test", "when": "now"}).status == 303
    [[skills]] = db.rows(f"SELECT COUNT(*) FROM competency c WHERE c.framework_id = {framework_of(db, school)} AND NOT EXISTS (SELECT 1 FROM competency d WHERE d.parent_id = c.competency_id)")
    assert district.post("/requirements", form={"title": "Service", "for": "graduation", "by_grade": "08", "kind": "hours", "need": "2", "reason": "x"}).status == 303
    assert district.post("/requirements", form={"title": "Skills", "for": "promotion", "by_grade": "08", "kind": "competencies", "competencies": uri, "need": skills, "reason": "x"}).status == 303
    item = student.next()
    assert student.answer(item, school.right(item["item_id"]), answered_at_ms=1796914000000).status == 200
    late_of = lambda said: (said + "Not on pace").split("Not on pace")[1].split("No new secure skills")[0]
    page = eventually(lambda: (now := counselor.get("/counselor").text) and "Quillon" in late_of(text(now)) and now, "what the answer made secure")
    said = text(page)
    assert said.index("Skills") < said.index("Service"), "first what someone will not reach in time"
    late, rest = said.split("Not on pace")[1].split("No new secure skills in eight weeks")
    assert "Quillon Aldermoor" in late and "Bexley" not in late and re.search(rf"[12] of {skills} skills secure", late)
    still = rest.split("Service")[0]
    names = re.findall(r"(Quillon Aldermoor|Bexley Brookfennel|Zephyrine Zinniaholt|Loadgiven\d)", still)
    assert names == ["Bexley Brookfennel", *(f"Loadgiven{i}" for i in range(6)), "Zephyrine Zinniaholt"], "in order of name"
    assert "Xanthippe" not in said and "0 of 2 hours" in said and f'href="/standing/{school.student.id}"' in page
    # From there to all that there is to read; nothing can be changed.
    standing = counselor.get(f"/standing/{school.student.id}")
    assert standing.status == 200 and f'href="/student/{school.student.id}"' in standing.text and 'method="post"' not in standing.text.split("<main")[1] and "Not on pace to finish by" in text(standing.text)
    view = counselor.get(f"/student/{school.student.id}").text
    for path in (f"/report/{school.student.id}", f"/letter/{school.student.id}", f"/transcript/{school.student.id}"):
        assert f'href="{path}"' in view and counselor.get(path).status == 200
    assert f"/student/{school.student.id}/rules" not in view
    assert counselor.post(f"/standing/{school.student.id}", form={"client_id": "counselor-1", "requirement": "x", "amount": "2", "day": "2026-12-01", "note": "x"}).status == 403
    for path in (f"/standing/{school.student3.id}", f"/class/{school.classes['c1']}", "/rules", "/now", f"/counselor?school={db.rows('SELECT org_id FROM org WHERE name = ' + chr(39) + 'Birch School' + chr(39))[0][0]}"):
        assert counselor.get(path).status == 403, path
    assert counselor.get("/counselor?grade=12").status == 200 and "grade 8" in said
    # The service is done: then only the skills are missing.
    [need] = [r["id"] for r in student.get(f"/api/v1/learners/{school.student.id}/standing").json["requirements"] if r["title"] == "Service"]
    assert page_of("teacher").post(f"/standing/{school.student.id}", form={"client_id": "credit-1", "requirement": need, "amount": "2", "day": "2026-12-01", "note": "the library"}).status == 303
    assert "Quillon Aldermoor" not in text(counselor.get("/counselor").text).split("Service")[1]
    looks = [r for r in db.rows("SELECT scope, relation FROM access_record") if r[1] == "counsels"]
    assert ["school", "counsels"] in looks and ["learner", "counsels"] in looks
    for c in open_ones.values():
        c.close()


def test_a_counselor_sees_programs_only_with_the_permission(bring, clients, school, db):
    bring("programs", "student,program,start\nq.alder,IEP,2026-09-01\n")
    assert "IEP" not in clients("counselor", session=True).get(f"/standing/{school.student.id}").text
    waymark("user", "role", "--db", db.url, "--add", "programs", "--school", "Alder School", "u.umber")
    assert "IEP" in clients("counselor", session=True).get(f"/standing/{school.student.id}").text
