"""Frameworks in the browser: what is covered, a district's own skills and links with their history, and alignments that never rewrite the past."""
import html
import re

import pytest
from harness import eventually, FIXTURES, waymark

SKILL = "urn:oatutor:skill:simplify_fractions"


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page)))


@pytest.fixture
def edit(clients, school):
    count = [0]

    def run(kind, skill=None, role="district", status=303, **fields):
        count[0] += 1
        form = {"client_id": f"edit-{kind}-{count[0]}", "kind": kind, "skill": skill or school.competencies[SKILL], **fields}
        reply = clients(role, session=True).post("/frameworks/edit", form=form)
        assert reply.status == status, reply
        return reply
    return run


def made(reply):
    return re.search(r"k=(\d+)", reply.headers["Location"])[1]


def framework_of(db, school):
    return db.rows(f"SELECT framework_id FROM competency WHERE competency_id = {school.competencies[SKILL]}")[0][0]


def test_a_district_adds_its_own_skill_and_it_counts_like_any(clients, school, db, edit):
    framework = framework_of(db, school)
    [[course]] = db.rows("SELECT course_id FROM course WHERE title = 'Algebra One'")
    own = made(edit("add", name="Explain why it is the same", statement="Explains equality of fractions in words.", home="Cut a cake.", course=course))
    tree = clients("teacher", session=True).get(f"/frameworks/tree?f={framework}").text
    assert "Explain why it is the same" in tree and "added here" in tree and "Added “Explain why it is the same”" in text(tree)
    assert "1 local change" in tree
    me = school.student.id
    assert own in {m["competency_id"] for m in clients("teacher").get(f"/api/v1/classes/{school.classes['c1']}/mastery").json["competencies"]}
    without = text(clients("teacher", session=True).get(f"/frameworks/tree?f={framework}&only=evidence").text)
    assert "Explain why it is the same" in without.split("Local changes")[0]
    for i in range(3):
        seen = {"client_id": f"own-seen-{i}", "competency_id": own, "learner_ids": [me], "level": "secure"}
        assert clients("teacher").post(f"/api/v1/classes/{school.classes['c1']}/observations", seen).status == 200
    levels = {m["competency_id"]: m["level"] for m in clients("student").get(f"/api/v1/learners/{me}/mastery").json["competencies"]}
    assert levels[own] != "not_yet"
    for only in ("evidence", "seen"):
        assert "Explain why it is the same" not in text(clients("teacher", session=True).get(f"/frameworks/tree?f={framework}&only={only}").text).split("Local changes")[0]
    # A change is on record, as it was and as it is.
    edit("change", own, name="Say why it is the same")
    assert "Changed “Explain why it is the same”, now “Say why it is the same”" in text(clients("district", session=True).get(f"/frameworks/tree?f={framework}").text)
    # The same content sent again leaves it alone.
    waymark("import", "--db", db.url, "--course", "Algebra One", "--files", db.files, "oatutor", FIXTURES / "oatutor")
    assert db.rows(f"SELECT status, name FROM competency WHERE competency_id = {own}") == [["active", "Say why it is the same"]]
    assert waymark("check", "--db", db.url).code == 0


def test_what_comes_from_outside_is_not_touched(clients, school, db, edit):
    skill = school.competencies[SKILL]
    reply = edit("change", name="Ours now", status=403)
    assert "comes from an outside source" in reply.text
    assert db.rows("SELECT COUNT(*) FROM framework_edit") == [["0"]], "nothing is left of a refusal"
    assert "Ours now" not in clients("teacher", session=True).get(f"/frameworks/skill?k={skill}").text
    edit("change", name="Ours now", role="teacher", status=403)
    edit("change", name="Ours now", role="principal", status=403)
    for wrong in ({"kind": "add", "name": ""}, {"kind": "add", "name": "x" * 900}, {"kind": "tear down"}):
        assert clients("district", session=True).post("/frameworks/edit", form={"client_id": "edit-wrong-1", "skill": skill, **wrong}).status == 400, wrong


def test_links_go_round_in_no_circle_and_are_drawn_and_said(clients, school, db, edit):
    a, b = made(edit("add", name="First things")), made(edit("add", name="Second things"))
    edit("link", b, other=a)
    assert "already" in edit("link", a, other=b, status=400).text
    edit("link", b, other=a, status=400)
    edit("link", a, other=a, status=400)
    page = clients("teacher", session=True).get(f"/frameworks/map?f={framework_of(db, school)}").text
    assert "First things is a prerequisite of Second things." in text(page) and "<svg" in page and "<path" in page
    edit("unlink", b, other=a)
    assert "First things is a prerequisite of Second things." not in text(clients("teacher", session=True).get(f"/frameworks/map?f={framework_of(db, school)}").text)
    assert "is no longer a prerequisite of" in clients("teacher", session=True).get(f"/frameworks/tree?f={framework_of(db, school)}").text
    edit("unlink", b, other=a, status=403)


def test_an_alignment_counts_from_its_moment_and_rewrites_nothing(clients, school, db, edit):
    me, api = school.student.id, clients("student")
    own = made(edit("add", name="Reads it aloud"))
    item = api.next()
    assert api.answer(item, school.right(item["item_id"])).status == 200
    edit("align", own, other=item["item_id"])
    edit("align", own, other=item["item_id"], status=400)

    def levels():
        return {m["competency_id"] for m in api.get(f"/api/v1/learners/{me}/mastery").json["competencies"] if m["evidence_count"]}
    assert own not in levels(), "what was answered before stays as it was"
    assert waymark("check", "--db", db.url).code == 0
    # Its moment is a minute ahead; make it now, and let another edit bring the catalogue up to date.
    [[last]] = db.rows("SELECT MAX(evidence_id) FROM evidence")
    db.execute(f"UPDATE item_competency SET since_id = {int(last) + 1} WHERE since_id IS NOT NULL")
    edit("add", name="Something else")
    for i in range(12):
        again = {"client_id": f"aligned-{i:04}", "item_id": item["item_id"], "variant": 5000 + i, "response": school.right(item["item_id"])}
        api.post("/api/v1/me/answers", again)
        if own in levels():
            break
    assert own in levels(), "answers from then on count for both"
    assert waymark("check", "--db", db.url).code == 0
    assert waymark("rebuild", "--db", db.url, "--json").json.get("differed", 0) in (0, [])


def test_what_an_import_changes_stays_to_be_read(clients, school, db, tmp_path):
    """A new version of a framework from outside: what changed and what ended stands in its history, as it read before."""
    source = (FIXTURES / "case/wrapped.json").read_text()
    path = tmp_path / "framework.json"

    def bring(text, *options):
        path.write_text(text)
        return waymark("import", "--db", db.url, *options, "case", path)

    bring(source)
    assert db.rows("SELECT COUNT(*) FROM framework_edit") == [["0"]], "the first version changes nothing"
    [[framework]] = db.rows("SELECT framework_id FROM framework WHERE title LIKE 'Invented arithmetic%'")
    [[skill]] = db.rows("SELECT competency_id FROM competency WHERE statement = 'Add with unequal parts'")
    bring(source)
    assert db.rows("SELECT COUNT(*) FROM framework_edit") == [["0"]], "nor does the same once more"
    bring(source.replace("Add with unequal parts", "Add parts of other sizes").replace('"version": "2"', '"version": "3"'))
    assert db.rows("SELECT kind, author_id FROM framework_edit") == [["change", "0"]]
    teacher = clients("teacher", session=True)
    eventually(lambda: "Version 3" in text(teacher.get("/frameworks").text), "what another process wrote")
    tree = text(teacher.get(f"/frameworks/tree?f={framework}").text)
    assert "Changed “Add with unequal parts”, now “Add parts of other sizes”" in tree and "by an import" in tree and "Version 3" in text(teacher.get("/frameworks").text)
    page = text(teacher.get(f"/frameworks/skill?k={skill}").text)
    assert "Earlier wording" in page and "Add with unequal parts" in page.split("Earlier wording")[1]
    gone = "\n".join(line for line in source.split("\n") if "000000000003" not in line)
    bring(gone, "--close-share", "1")
    assert ["end", "0"] in db.rows("SELECT kind, author_id FROM framework_edit")
    assert "Removed “Add parts of other sizes”" in text(teacher.get(f"/frameworks/tree?f={framework}").text)
