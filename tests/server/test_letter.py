"""The family letter says what the report, the record and the why panel say."""
import html
import random
import re

from load import Ledger


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page)))


def test_the_letter_agrees_with_the_record(clients, school):
    me, ledger, rng = school.student.id, Ledger(school), random.Random(17)
    empty = text(clients("guardian", session=True).get(f"/letter/{me}").text)
    assert "Quillon" in empty and "Incomplete is not a zero" in empty and "No screen time" in empty
    for _ in range(16):
        assert ledger.post(clients("student"), ledger.new("student", rng)).status == 200
    letter = text(clients("guardian", session=True).get(f"/letter/{me}").text)
    api = clients("student")
    levels = [k["level"] for k in api.get(f"/api/v1/learners/{me}/mastery").json["competencies"]]
    [course] = api.get(f"/api/v1/learners/{me}/grades").json["courses"]
    assert f"{levels.count('secure')} of Quillon’s {course['competencies']} skills are secure" in letter
    assert (f"As a letter grade: {course['letter']} so far." in letter) if "letter" in course else ("Incomplete is not a zero" in letter)
    assert "16 answers" in letter and "Tamsin Thornquist" in letter and "No off-screen work" in letter
    assert text(clients("teacher", session=True).get(f"/letter/{me}").text).split("How Quillon")[1].split("Questions")[0] == letter.split("How Quillon")[1].split("Questions")[0]
    competency = school.competencies["urn:oatutor:skill:simplify_fractions"]
    seen = {"client_id": "letter-seen-1", "competency": competency, "learner": me, "level": "2", "kind": "observation"}
    assert clients("teacher", session=True).post(f"/class/{school.classes['c1']}/observe", form=seen).status == 303
    assert "observed 1 piece of work off screen" in text(clients("guardian", session=True).get(f"/letter/{me}").text)
    spanish = clients("guardian", session=True).request("GET", f"/letter/{me}", headers={"Accept-Language": "es"})
    assert spanish.status == 200


def test_a_letter_names_a_day_only_where_the_pace_gives_one(clients, school):
    me, ledger, rng = school.student.id, Ledger(school), random.Random(5)
    day = r"(today|tomorrow|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[A-Z][a-z]{2} \d+)"
    for _ in range(10):
        letter = text(clients("guardian", session=True).get(f"/letter/{me}").text)
        assert re.search(rf"(This is coming up in class\.|by about {day})", letter), letter
        assert ledger.post(clients("student"), ledger.new("student", rng)).status == 200
