"""A form carries what it was based on: one that is stale saves nothing, shows both, and leaves the choice."""
import html
import re

import pytest

SKILL = "urn:oatutor:skill:simplify_fractions"


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page)))


def base(page):
    return re.search(r'name="based_on" value="([0-9a-f]{16})"', page)[1]


def hidden(page):
    """What the page of the conflict sends again."""
    form = page.split("<main")[1].split("</main>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return [(html.unescape(a), html.unescape(b)) for a, b in found if a != "csrf"]


def stale(client, page, form, other, others_form, words, other_page=None, where=None):
    """`client` opens the page, `other` saves, `client` saves: refused with both, nothing kept, and saved when asked to."""
    where = where or page
    seen = base(client.get(page).text)
    assert other.post(where, form=others_form | {"based_on": base(other.get(page).text)}).status == 303
    refused = client.post(where, form=form | {"based_on": seen})
    assert refused.status == 409, refused
    shown = text(refused.text)
    for w in ("Someone changed this in the meantime", "Your changes are not saved yet.", "Save my version", "Keep theirs", *words):
        assert w in shown, (w, shown)
    return refused


@pytest.fixture
def district(clients):
    return clients("district", session=True)


def in_policy(db, path):
    import json
    doc = json.loads(db.rows("SELECT doc FROM policy ORDER BY policy_id DESC LIMIT 1")[0][0])
    for name in path.split("."):
        doc = doc.get(name) if isinstance(doc, dict) else None
    return doc


def count(db, table):
    return int(db.rows(f"SELECT COUNT(*) FROM {table}")[0][0])


def test_policy(clients, school, db, district):
    other = clients("district", session=True)
    mine = {"mastery.stuck_after": "9", "mastery.review_after_days": "21", "reason": "mine"}
    refused = stale(district, "/rules", mine, other, {"mastery.review_after_days": "30", "reason": "theirs"}, ("Days until a secure skill is reviewed", " 21 ", " 30 ", "Desdemona Dogwoodson"))
    versions = count(db, "policy")
    assert in_policy(db, "mastery.review_after_days") == 30 and in_policy(db, "mastery.stuck_after") != 9
    for where in ("/rules/draft",):
        assert district.post(where, form=mine | {"based_on": "0" * 16}).status == 409
    assert count(db, "policy") == versions
    assert district.post("/rules", form=hidden(refused.text)).status == 303
    assert in_policy(db, "mastery.review_after_days") == 21 and in_policy(db, "mastery.stuck_after") == 9
    # a preview keeps what it was based on, and a client that sends no base is as before
    tried = district.post("/rules/try", form=mine | {"mastery.stuck_after": "8", "based_on": "f" * 16})
    assert base(tried.text) == "f" * 16
    assert district.post("/rules", form={"mastery.stuck_after": "7", "reason": "no base"}).status == 303


def test_class_and_student_settings(clients, school, db):
    for page in (f"/class/{school.classes['c1']}/rules", f"/student/{school.student.id}/rules"):
        teacher, other = clients("teacher", session=True), clients("teacher", session=True)
        refused = stale(teacher, page, {"mastery.review_after_days": "", "mastery.stuck_after": "9", "reason": "mine"}, other,
                        {"mastery.review_after_days": "30", "reason": "theirs"}, ("Days until a secure skill is reviewed", " 30 ", "Thornquist"))
        assert in_policy(db, "mastery") == {"review_after_days": 30}
        assert teacher.post(page, form=hidden(refused.text)).status == 303
        assert in_policy(db, "mastery") == {"stuck_after": 9}


def test_requirements(clients, school, db, district):
    entry = {"title": "Service", "for": "graduation", "by_grade": "12", "kind": "hours", "need": "30", "reason": "as agreed"}
    refused = stale(district, "/requirements", entry, clients("district", session=True), entry | {"title": "Capstone", "kind": "projects", "need": "1"}, ("Service", "Capstone", "Desdemona Dogwoodson"))
    before = len(in_policy(db, "requirements"))
    assert district.post("/requirements", form=hidden(refused.text)).status == 303
    assert len(in_policy(db, "requirements")) == before + 1
    # taken away by one while the other looks at it
    shown = district.get("/requirements").text
    gone = re.findall(r'name="remove" value="([^"]*)"', shown)
    refused = stale(district, "/requirements", {"remove": gone[0], "reason": "mine"}, clients("district", session=True), {"remove": gone[1], "reason": "theirs"}, ())
    assert len(in_policy(db, "requirements")) == before
    assert refused.status == 409


def test_goals(clients, school, db, district):
    goal = {"title": "Mathematics", "counted_by": "state", "test": "State test", "level": "3", "client_id": "stale-goal-1"}
    refused = stale(district, "/goals", goal, clients("district", session=True), goal | {"title": "Reading", "client_id": "stale-goal-2"}, ("Mathematics", "Reading"))
    assert count(db, "counted_goal") == 1
    assert district.post("/goals", form=hidden(refused.text)).status == 303 and count(db, "counted_goal") == 2
    seen = base(district.get("/goals").text)
    [[first], [second]] = db.rows("SELECT goal_id FROM counted_goal ORDER BY goal_id")
    assert district.post("/goals/end", form={"goal_id": first, "based_on": seen}).status == 303
    assert district.post("/goals/end", form={"goal_id": second, "based_on": seen}).status == 409
    assert district.post("/goals/end", form={"goal_id": second}).status == 303


def test_habits(clients, school, db):
    db.execute("UPDATE academic_session SET starts_on = 1, ends_on = 40000 WHERE title = 'Autumn'")
    page, me, mate = f"/class/{school.classes['c1']}/habits", school.student.id, school.classmate.id
    teacher, other = clients("teacher", session=True), clients("teacher", session=True)
    mine = {"client_id": "stale-habit-1", f"h1_{me}": "2", f"h0_{mate}": "4"}
    refused = stale(teacher, page, mine, other, {"client_id": "stale-habit-2", f"h1_{me}": "3"}, ("Keeps trying", "sometimes", "usually"))
    assert db.rows("SELECT rating FROM fact_habit_rated") == [["3"]]
    assert teacher.post(page, form=hidden(refused.text)).status == 303
    assert sorted(r[0] for r in db.rows("SELECT rating FROM fact_habit_rated")) == ["2", "3", "4"]
    # sent twice it is the same, not somebody else's
    again = {"client_id": "stale-habit-3", f"h1_{me}": "1", "based_on": base(teacher.get(page).text)}
    for _ in range(2):
        assert teacher.post(page, form=again).status == 303
    assert count(db, "fact_habit_rated") == 4


def test_checkpoint_results(clients, school, db, district):
    me = school.student.id
    make = [("client_id", "stale-make-1"), ("title", "Fractions"), ("skill", school.competencies[SKILL]), ("task", "Simplify 12/18."), ("most", "4")]
    assert district.post("/checkpoints", form=make).status == 303
    page = f"/class/{school.classes['c1']}/checkpoint?c={db.rows('SELECT checkpoint_id FROM checkpoint')[0][0]}"
    teacher, other = clients("teacher", session=True), clients("teacher", session=True)
    mine = {"client_id": "stale-enter-1", f"p0_{me}": "2"}
    refused = stale(teacher, page, mine, other, {"client_id": "stale-enter-2", f"p0_{me}": "3"}, ("Quillon", " 2 ", " 3 "))
    assert count(db, "checkpoint_result") == 1
    assert teacher.post(page, form=hidden(refused.text)).status == 303 and count(db, "checkpoint_result") == 2


def test_frameworks(clients, school, db, district):
    other = clients("district", session=True)
    made = district.post("/frameworks/edit", form={"client_id": "stale-edit-0", "kind": "add", "skill": school.competencies[SKILL], "name": "Explain why", "statement": "Explains."})
    own = re.search(r"k=(\d+)", made.headers["Location"])[1]
    page = f"/frameworks/skill?k={own}"
    change = {"kind": "change", "skill": own, "statement": "Explains.", "code": "", "home": ""}
    refused = stale(district, page, change | {"client_id": "stale-edit-1", "name": "Say why"}, other, change | {"client_id": "stale-edit-2", "name": "Tell why", "code": "X.1"},
                    ("Say why", "Tell why", "X.1", "Desdemona Dogwoodson"), where="/frameworks/edit")
    name = lambda: db.rows(f"SELECT name FROM competency WHERE competency_id = {own}")[0][0]
    assert name() == "Tell why"
    assert district.post("/frameworks/edit", form=hidden(refused.text)).status == 303 and name() == "Say why"


def test_a_version_saved_by_another_process_is_not_lost(clients, school, db, district, tmp_path):
    from harness import waymark
    seen = base(district.get("/rules").text)
    doc = tmp_path / "p.json"
    doc.write_text('{"mastery": {"review_after_days": 44}}')
    assert waymark("policy", "set", doc, "--db", db.url, "--reason", "by the operator").code == 0
    refused = district.post("/rules", form={"mastery.review_after_days": "21", "mastery.stuck_after": "9", "reason": "mine", "based_on": seen})
    assert refused.status == 409 and " 44 " in text(refused.text)
    assert district.post("/rules", form={"mastery.stuck_after": "9", "reason": "without a base"}).status == 303
    assert in_policy(db, "mastery.review_after_days") == 44 and in_policy(db, "mastery.stuck_after") == 9
