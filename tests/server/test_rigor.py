"""Common checkpoints across classes, calibration that names nobody, and moderation in which nobody sees the others' scores first."""
import html
import re

import pytest
from harness import waymark


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page)))


SKILL = "urn:oatutor:skill:simplify_fractions"


@pytest.fixture
def checkpoint(clients, school, db):
    other = next(v for k, v in school.competencies.items() if k != SKILL and k.startswith("urn:oatutor"))
    form = [("client_id", "rigor-make-1"), ("title", "Fractions in October"), ("skill", school.competencies[SKILL]), ("task", "Simplify 12/18 and say why it is the same."), ("most", "4"), ("skill", other), ("task", "Write a rule."), ("most", "2")]
    assert clients("district", session=True).post("/checkpoints", form=form).status == 303
    [[checkpoint_id]] = db.rows("SELECT checkpoint_id FROM checkpoint")
    return checkpoint_id


def test_a_checkpoint_is_evidence_in_every_class(clients, school, db, checkpoint):
    teacher, me = clients("teacher", session=True), school.student.id
    page = f"/class/{school.classes['c1']}/checkpoint?c={checkpoint}"
    shown = teacher.get(page)
    assert shown.status == 200 and "Quillon" in shown.text and "Simplify" in clients("teacher2", session=True).get(f"/checkpoints/print?c={checkpoint}").text
    form = {"client_id": "rigor-enter-1", f"p0_{me}": "3", f"p1_{me}": "2", f"p0_{school.classmate.id}": "0"}
    for _ in range(2):  # a resend writes nothing more
        assert teacher.post(page, form=form).status == 303
    assert db.rows("SELECT COUNT(*) FROM checkpoint_result") == [["3"]]
    rows = db.rows(f"SELECT kind, checkpoint_id FROM evidence WHERE learner_id = {me}")
    assert rows == [["2", checkpoint]] * 2, "off the screen, and knows its checkpoint"
    why = clients("student").get(f"/api/v1/learners/{me}/mastery/{school.competencies[SKILL]}/why").json
    assert why["steps"][0]["score"] == 0.75
    # Retakes: as many as the rules give (two), each a fact of its own; then no more, and nothing of that save is written.
    for i in (2, 3):
        assert teacher.post(page, form={"client_id": f"rigor-enter-{i}", f"p0_{me}": "4"}).status == 303
    refused = teacher.post(page, form={"client_id": "rigor-enter-4", f"p0_{school.classmate.id}": "4", f"p0_{me}": "4"})
    assert refused.status == 400 and "no retake" in refused.text
    assert db.rows("SELECT COUNT(*) FROM checkpoint_result") == [["5"]]
    for wrong in ({f"p0_{me}": "5"}, {f"p0_{me}": "-1"}, {f"p0_{me}": "a lot"}, {}):
        assert teacher.post(page, form={"client_id": "rigor-enter-5", **wrong}).status == 400, wrong
    assert clients("teacher2", session=True).post(page, form=form).status == 403


def test_a_school_says_how_many_retakes_there_are(clients, school, checkpoint):
    changed = {"mastery.retakes": "0", "reason": "one sitting for all", "when": "now"}
    assert clients("district", session=True).post("/rules", form=changed).status == 303
    page, me = f"/class/{school.classes['c1']}/checkpoint?c={checkpoint}", school.student.id
    teacher = clients("teacher", session=True)
    assert teacher.post(page, form={"client_id": "rigor-once-1", f"p0_{me}": "3"}).status == 303
    refused = teacher.post(page, form={"client_id": "rigor-once-2", f"p0_{me}": "4"})
    assert refused.status == 400 and "no retake" in refused.text


def test_a_rule_that_asks_for_a_checkpoint_is_met_by_one(clients, school, db, checkpoint):
    me, skill = school.student.id, school.competencies[SKILL]
    assert clients("district", session=True).post("/rules", form={"mastery.checkpoint": "yes", "mastery.least_evidence": "1", "reason": "levels are to be held against common work", "when": "now"}).status == 303
    for i in range(8):
        seen = {"client_id": f"rigor-seen-{i}", "competency_id": skill, "learner_ids": [me], "level": "secure"}
        assert clients("teacher").post(f"/api/v1/classes/{school.classes['c1']}/observations", seen).status == 200
    why = clients("student").get(f"/api/v1/learners/{me}/mastery/{skill}/why").json
    assert why["level"] == "nearly" and "checkpoint" in str(why), "all but the checkpoint is there"
    page = f"/class/{school.classes['c1']}/checkpoint?c={checkpoint}"
    assert clients("teacher", session=True).post(page, form={"client_id": "rigor-need-1", f"p0_{me}": "4"}).status == 303
    assert clients("student").get(f"/api/v1/learners/{me}/mastery/{skill}/why").json["level"] == "secure"
    assert waymark("check", "--db", db.url).code == 0


def test_calibration_shows_a_teacher_the_own_class_and_leaders_no_class(clients, school, db, checkpoint):
    teacher = clients("teacher", session=True)
    form = {"client_id": "rigor-cal-1", **{f"p0_{school.users[f'load{i}'].id}": str(i % 5) for i in range(6)}}
    assert teacher.post(f"/class/{school.classes['c1']}/checkpoint?c={checkpoint}", form=form).status == 303
    own = text(teacher.get(f"/calibration?c={checkpoint}").text)
    assert "Algebra 8 Blue" in own and "not yet" in own
    points = [i % 5 / 4 for i in range(6)]
    assert f" {round(100 * sum(points) / 6)} " in own, "the mean of what was entered"
    assert "All classes" not in own, "of one or two classes the mean would tell the other's"
    other = text(clients("teacher2", session=True).get(f"/calibration?c={checkpoint}").text)
    assert "Algebra 8 Blue" not in other and "Not enough results" in other
    leaders = text(clients("principal", session=True).get(f"/calibration?c={checkpoint}").text)
    assert "Algebra" not in leaders and "All classes" in leaders and "lowest to highest" not in leaders
    assert "Thornquist" not in leaders and "Loadgiven" not in leaders + own


def test_nobody_sees_the_others_scores_before_giving_the_own(clients, school, db):
    a, b = clients("teacher", session=True), clients("teacher2", session=True)
    assert a.post("/moderation", form={"client_id": "rigor-mod-1", "title": "Explaining fractions", "skill": school.competencies[SKILL]}).status == 303
    [[session]] = db.rows("SELECT moderation_id FROM moderation")
    for i in range(6):
        assert a.post("/moderation/work", form={"client_id": f"rigor-work-{i}", "moderation_id": session, "body": f"Because {i} parts are as much."}).status == 303
    works = [w for w, in db.rows("SELECT work_id FROM moderation_work ORDER BY work_id")]
    page = f"/moderation/session?m={session}"
    mine, theirs = [3, 3, 2, 1, 0, 2], [3, 2, 2, 1, 1, 2]
    for w, level in zip(works, mine):
        assert a.post("/moderation/score", form={"work_id": w, "level": str(level), "note": "secretive reason"}).status == 303
    before = b.get(page).text
    assert "secretive" not in before and "Thornquist" not in before and "Weighted kappa" not in before
    for w, level in list(zip(works, theirs))[:5]:
        assert b.post("/moderation/score", form={"work_id": w, "level": str(level)}).status == 303
    almost = b.get(page).text
    assert almost.count("secretive") == 5 and "Weighted kappa" not in almost, "only of the work that one has scored"
    assert b.post("/moderation/score", form={"work_id": works[5], "level": str(theirs[5])}).status == 303
    # The first stands.
    assert b.post("/moderation/score", form={"work_id": works[5], "level": "0"}).status == 409
    assert db.rows(f"SELECT level FROM fact_work_scored WHERE work_id = {works[5]} ORDER BY level") == [["2"], ["2"]]
    n = len(mine)
    pairs = list(zip(mine, theirs)) + list(zip(theirs, mine))
    share = [sum(x == k for x, _ in pairs) / (2 * n) for k in range(4)]
    seen = sum((x - y) ** 2 for x, y in pairs) / (2 * n)
    chance = sum((i - j) ** 2 * share[i] * share[j] for i in range(4) for j in range(4))
    after = text(b.get(page).text)
    assert f"Weighted kappa: {1 - seen / chance:.2f}" in after and "Same level in 67 of 100 pairs" in after
    assert "Thornquist" not in after, "levels and reasons, no names"
    assert b.post("/moderation/anchor", form={"work_id": works[0], "level": "3", "note": "says why, not only that"}).status == 303
    assert "says why, not only that" in a.get(page).text
    assert b.post("/moderation/anchor", form={"work_id": works[1], "level": "3", "note": ""}).status == 400
    assert clients("teacher3", session=True).get(page).status == 403, "of another school"
    assert clients("student", session=True).get(page).status == 403


def test_checkpoints_and_moderations_of_another_school_are_its_own(clients, school, db):
    """Of all schools' only who leads the district sees; who is of no known school sees the district's own and makes none."""
    district, here, there = (clients(who, session=True) for who in ("district", "principal", "principal2"))
    skill = school.competencies[SKILL]

    def make(who, n, title):
        form = {"client_id": f"rigor-own-{n}", "title": title, "skill": skill, "task": "Simplify 12/18.", "most": "4"}
        assert who.post("/checkpoints", form=form).status == 303
        assert who.post("/moderation", form={"client_id": f"rigor-own-m{n}", "title": title, "skill": skill}).status == 303

    make(there, 1, "Birch alone")
    [[checkpoint, session]] = db.rows("SELECT c.checkpoint_id, m.moderation_id FROM checkpoint c, moderation m")
    assert db.rows("SELECT org_id <> 0 FROM checkpoint")[0][0] in ("1", "t", "true")
    for who, sees in ((district, True), (there, True), (here, False), (clients("teacher", session=True), False)):
        for page in ("/checkpoints", "/moderation"):
            assert ("Birch alone" in who.get(page).text) == sees, page
    for page in (f"/checkpoints/print?c={checkpoint}", f"/calibration?c={checkpoint}", f"/moderation/session?m={session}"):
        assert here.get(page).status in (403, 404) and there.get(page).status == 200, page
    make(district, 2, "For every school")
    coach = clients("coach", session=True)
    assert "For every school" in coach.get("/moderation").text and "Birch alone" not in coach.get("/moderation").text
    db.execute("UPDATE user_role SET org_id = 0 WHERE role = 'coach'")
    lost = clients("coach", session=True).get("/moderation")
    assert "Birch alone" not in lost.text
