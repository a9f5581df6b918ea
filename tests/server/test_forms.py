"""A form that cannot be saved is shown again with all that was typed, the bad entries marked with words; nothing of it is saved."""
import html
import re

from test_rigor import SKILL, checkpoint, text  # noqa: F401


def value(page, name, nth=0):
    return html.unescape(re.findall(rf'<input [^>]*name="{name}"[^>]* value="([^"]*)"', page)[nth])


def marked(page):
    return re.findall(r'<input [^>]*name="(\w+)"[^>]*aria-invalid="true"', page)


def chosen(page, name, nth=0):
    select = re.findall(rf'<select [^>]*name="{name}".*?</select>', page, re.S)[nth]
    return html.unescape(re.search(r'<option value="([^"]*)" selected', select)[1])


def count(db, table):
    return int(db.rows(f"SELECT COUNT(*) FROM {table}")[0][0])


def test_results_of_a_checkpoint(clients, school, db, checkpoint):  # noqa: F811
    teacher, me, other = clients("teacher", session=True), school.student.id, school.classmate.id
    page = f"/class/{school.classes['c1']}/checkpoint?c={checkpoint}"
    typed = {"client_id": "form-enter-1", f"p0_{me}": " 3", f"p1_{me}": "2 ", f"p0_{other}": "3,5", f"p1_{other}": "9"}
    refused = teacher.post(page, form=typed)
    assert refused.status == 400 and count(db, "checkpoint_result") == 0, "nothing is saved half"
    assert [value(refused.text, n) for n in list(typed)[1:]] == [" 3", "2 ", "3,5", "9"]
    assert sorted(marked(refused.text)) == sorted([f"p0_{other}", f"p1_{other}"])
    assert "2 entries need a change" in text(refused.text) and "Enter points from 0 to 4" in text(refused.text) and "Enter points from 0 to 2" in text(refused.text)
    mended = typed | {f"p0_{other}": "3.5", f"p1_{other}": ""}
    assert teacher.post(page, form=mended).status == 303
    assert db.rows(f"SELECT score FROM checkpoint_result WHERE learner_id = {me} ORDER BY score") == [["0.75"], ["1.0" if db.kind == "sqlite" else "1"]]
    # what the writer refuses is no other: the page comes again with its words
    for i in (2, 3):
        assert teacher.post(page, form={"client_id": f"form-enter-{i}", f"p0_{me}": "4"}).status == 303
    refused = teacher.post(page, form={"client_id": "form-enter-4", f"p0_{other}": "4", f"p0_{me}": "4"})
    assert refused.status == 400 and "no retake" in refused.text and value(refused.text, f"p0_{other}") == "4"


def test_a_checkpoint_that_is_made(clients, school, db):
    leader, skill = clients("district", session=True), school.competencies[SKILL]
    form = [("client_id", "form-make-1"), ("title", "Fractions & more"), ("skill", ""), ("task", ""), ("most", "4"), ("skill", skill), ("task", "Simplify 12/18."), ("most", "lots")]
    refused = leader.post("/checkpoints", form=form)
    assert refused.status == 400 and count(db, "checkpoint") == 0
    assert value(refused.text, "title") == "Fractions & more" and value(refused.text, "most", 1) == "lots" and marked(refused.text) == ["most"]
    assert "Simplify 12/18." in refused.text and chosen(refused.text, "skill", 1) == skill and "1 to 20 points" in refused.text
    assert leader.post("/checkpoints", form=form[:-1] + [("most", "4 ")]).status == 303


def test_goals_and_requirements(clients, db):
    leader = clients("district", session=True)
    refused = leader.post("/goals", form={"client_id": "form-goal-1", "title": "Most are secure", "counted_by": "district", "competency": "", "share": "most", "test": "State test", "subject": "Math", "score": " 240 ", "level": "99"})
    assert refused.status == 400 and count(db, "counted_goal") == 0 and sorted(marked(refused.text)) == ["level", "share"]
    assert [value(refused.text, n) for n in ("title", "share", "test", "subject", "score", "level")] == ["Most are secure", "most", "State test", "Math", " 240 ", "99"]
    assert chosen(refused.text, "counted_by") == "district"
    versions = count(db, "policy")
    form = {"title": "Service hours", "for": "promotion", "kind": "hours", "by_grade": "8", "need": "forty", "competencies": "", "reason": "agreed in May"}
    refused = leader.post("/requirements", form=form)
    assert refused.status == 400 and count(db, "policy") == versions and marked(refused.text) == ["need"]
    assert [value(refused.text, n) for n in ("title", "by_grade", "need", "reason")] == ["Service hours", "8", "forty", "agreed in May"]
    assert chosen(refused.text, "for") == "promotion" and chosen(refused.text, "kind") == "hours"
    refused = leader.post("/requirements", form=form | {"need": "40", "by_grade": "99"})
    assert refused.status == 400 and value(refused.text, "title") == "Service hours", "what the policy refuses comes again too"
    assert leader.post("/requirements", form=form | {"need": " 40 "}).status == 303


def test_credits(clients, school, db):
    leader, teacher, me = clients("district", session=True), clients("teacher", session=True), school.student.id
    form = {"title": "Service hours", "for": "graduation", "kind": "hours", "by_grade": "12", "need": "40", "competencies": "", "reason": "agreed in May"}
    assert leader.post("/requirements", form=form).status == 303
    requirement = re.search(r'<select class="in" name="requirement"><option value="([^"]+)"', teacher.get(f"/standing/{me}").text)[1]
    form = {"client_id": "form-credit-1", "requirement": requirement, "amount": "two", "day": "", "note": "Food bank"}
    refused = teacher.post(f"/standing/{me}", form=form)
    assert refused.status == 400 and sorted(marked(refused.text)) == ["amount", "day"] and count(db, "credit") == 0
    assert "Food bank</textarea>" in refused.text and value(refused.text, "amount") == "two"
    assert teacher.post(f"/standing/{me}", form=form | {"amount": "2 ", "day": "2025-11-03"}).status == 303


def test_an_observation_and_a_skill(clients, school, db):
    teacher, skill = clients("teacher", session=True), school.competencies[SKILL]
    page = f"/class/{school.classes['c1']}/observe"
    form = {"client_id": "form-seen-1", "competency": skill, "level": "2", "note": "At the board", "kind": "judgement"}
    refused = teacher.post(page, form=form)
    assert refused.status == 400 and "At the board</textarea>" in refused.text and count(db, "evidence") == 0
    assert re.search(r'name="level" value="2" checked', refused.text) and re.search(r'value="judgement" checked', refused.text)
    refused = teacher.post(page, form={k: v for k, v in form.items() if k != "level"} | {"learner": school.student.id})
    assert refused.status == 400 and f'name="learner" value="{school.student.id}" checked' in refused.text
    assert teacher.post(page, form=form | {"learner": school.student.id}).status == 303
    leader = clients("district", session=True)
    refused = leader.post("/frameworks/edit", form={"client_id": "form-skill-1", "kind": "add", "skill": skill, "name": "", "statement": "A long sentence.", "code": "X.1", "home": "Cook together."})
    assert refused.status == 400 and "A long sentence.</textarea>" in refused.text and "Cook together.</textarea>" in refused.text and "X.1" in [value(refused.text, "code")]
