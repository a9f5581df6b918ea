"""The school's own levels on reports: what a report says follows from what is shown, holds for its time, and is refused where it cannot."""
import html
import json
import random
import re
import time

import pytest

from client import Client
from harness import waymark
from load import Ledger
from test_rules_page import fields, text

ORDER = ["not_yet", "started", "nearly", "secure"]
OWN = [{"name": "Beginning", "means": "We have seen nothing yet that shows it.", "level": "not_yet", "from": 0, "points": 1},
       {"name": "Approaching", "means": "Mostly with help.", "level": "started", "from": 0, "points": 2},
       {"name": "Meeting", "means": "Alone and reliably.", "level": "nearly", "from": 0, "points": 3},
       {"name": "Exceeding", "means": "Explains it to others.", "level": "secure", "from": 0.97, "points": 5}]
OWN_CUTS = [{"from": 1, "to": 2.5, "letter": "P", "percent": 70, "gpa": 2}, {"from": 2.5, "to": 5, "letter": "H", "percent": 95, "gpa": 4}]


def rules(db, tmp_path, doc, *words, expect=0):
    path = tmp_path / f"{random.getrandbits(40):x}.json"
    path.write_text(json.dumps(doc))
    return waymark("policy", "set", path, "--db", db.url, "--reason", "a test", "--effective", "now", *words, expect=expect)


def answer(ledger, client, who, rng, n):
    for _ in range(n):
        assert ledger.post(client, ledger.new(who, rng)).status == 200


def reported(scale, level, value):
    """By hand: the last level of the scale that begins at or below where one stands."""
    return [k for k in scale if (ORDER.index(k["level"]), k["from"]) <= (ORDER.index(level), value) and (k["level"] != level or k["from"] <= value)][-1]


def by_hand(why):
    counts = []
    for k in why["levels"]:
        called = reported(why["scale"], k["level"], k["value"])
        assert k["reported"] == called["name"], k
        assert k["counts"] == (None if k["level"] == "not_yet" else called["points"]), k
        if k["counts"] is not None:
            counts.append(called["points"])
    if not counts or len(counts) < why["incomplete_share"] * len(why["levels"]):
        return None, counts
    mean, cuts = sum(counts) / len(counts), why["conversion"]
    assert abs(mean - why["mean"]) < 1e-9
    return next(i for i, k in enumerate(cuts) if k["from"] <= mean and (mean < k["to"] or i + 1 == len(cuts))), counts


def random_rules(rng):
    nearly, secure = round(rng.uniform(0.35, 0.6), 3), round(rng.uniform(0.62, 0.9), 3)
    begin = {"started": 0, "nearly": nearly, "secure": secure}
    points, at = [("not_yet", 0)], []
    for level, least in begin.items():
        if level == "secure" or rng.random() < 0.7:
            at.append((level, 0))
        top = {"started": nearly, "nearly": 0.95, "secure": 0.99}[level]
        if at and at[-1][0] == level and rng.random() < 0.6:
            at.append((level, round(rng.uniform(least + 0.01, top - 0.01), 3)))
    worth, scale = rng.choice([0, 1, 2]), []
    for i, (level, from_) in enumerate(points + at):
        scale.append({"name": f"Level {'ABCDEFG'[i]}", "means": f"what {i} is", "level": level, "from": from_, "points": worth})
        worth += rng.choice([1, 0.5, 2])
    lowest, highest = scale[0]["points"], scale[-1]["points"]
    middle = sorted({round(rng.uniform(lowest + 0.1, highest - 0.1), 2) for _ in range(rng.randint(1, 4))})
    edges = [lowest, *middle, highest]
    cuts = [{"from": a, "to": b, "letter": f"L{i}", "percent": 50 + 5 * i, "gpa": i / 2} for i, (a, b) in enumerate(zip(edges, edges[1:]))]
    kind = rng.choice(["model", "sustained", "decaying", "mode"])
    return {"mastery": {"rule": kind, "nearly_at": nearly, "secure_at": secure, "least_evidence": rng.randint(1, 3), "times": 2, "of_last": 5},
            "grades": {"scale": scale, "conversion": cuts, "incomplete_share": rng.choice([0, 0.1])}}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_report_follows_from_what_is_shown(db, school, serve, tmp_path, seed):
    """For random scales, rules and answers: level and grade are found again from the why alone, and what would change the grade does."""
    rng, ledger, names = random.Random(seed), Ledger(school), set()
    for turn in range(4):
        doc = random_rules(rng)
        path = tmp_path / "tried.json"
        path.write_text(json.dumps(doc))
        tried = waymark("rebuild", "--what-if", path, "--db", db.url, "--json").json
        rules(db, tmp_path, doc)
        server = serve()
        student = Client(server.port, school.student.token)
        answer(ledger, student, "student", rng, rng.randint(4, 9))
        me = school.student.id
        grades = student.get(f"/api/v1/learners/{me}/grades").json
        for course in grades["courses"]:
            why = student.get(f"/api/v1/learners/{me}/grades/{course['course_id']}/why").json
            assert [k["name"] for k in why["scale"]] == [k["name"] for k in doc["grades"]["scale"]] == [k["name"] for k in grades["scale"]]
            place, counts = by_hand(why)
            assert why["letter"] == (None if place is None else why["conversion"][place]["letter"]) == course.get("letter")
            assert course["levels"] == why["levels"]
            names |= {k["reported"] for k in why["levels"]}
            for k in why["levels"]:
                level = student.get(f"/api/v1/learners/{me}/mastery/{k['competency_id']}/why").json
                assert level["level"] == k["level"] and (k["level"] == "not_yet" or level["rule"]["value"] == k["value"])
            missing = why["missing"]
            if missing["for"]:
                from_ = next(k["from"] for k in why["conversion"] if k["letter"] == missing["for"])
                assert abs((sum(counts) + missing["points"]) / len(counts) - from_) < 1e-9
                gaps = {round(b["points"] - a["points"], 6) for a, b in zip(why["scale"], why["scale"][1:])}
                assert (missing["levels"] is None) == (len(gaps) > 1)
                if len(gaps) == 1:
                    [gap] = gaps
                    n = missing["levels"]
                    assert (sum(counts) + n * gap) / len(counts) >= from_ > (sum(counts) + (n - 1) * gap) / len(counts)
        student.close()
        server.stop()
        assert tried["reported"] >= tried["reported_changed"]
        same = waymark("rebuild", "--what-if", path, "--db", db.url, "--json").json
        assert same["grades_changed"] == same["reported_changed"] == same["changed"] == 0 and same["reported"] > 0, "the same rules again change nothing"
    assert len(names) > 2


def test_a_school_that_says_nothing_has_the_four(clients, school):
    me, student = school.student.id, clients("student")
    grades = student.get(f"/api/v1/learners/{me}/grades").json
    assert [(k["name"], k["level"], k["from"], k["points"]) for k in grades["scale"]] == [("not yet", "not_yet", 0, 1), ("started", "started", 0, 2), ("nearly", "nearly", 0, 3), ("secure", "secure", 0, 4)]
    page = text(clients("student", session=True).get(f"/report/{me}").text)
    assert "not yet, started (2), nearly (3), secure (4)" in page and "independent and reliable, by the school’s rule" in page


@pytest.mark.parametrize("grades,clause", [
    ({"scale": OWN[1:], "conversion": OWN_CUTS}, "/grades/scale/0/level"),
    ({"scale": [OWN[0], OWN[2], OWN[1]], "conversion": OWN_CUTS}, "/grades/scale/2/level"),
    ({"scale": [OWN[0], OWN[1], OWN[3] | {"name": "approaching"}], "conversion": OWN_CUTS}, "/grades/scale/2/name"),
    ({"scale": [OWN[0], OWN[1] | {"points": 1}, OWN[3]], "conversion": OWN_CUTS}, "/grades/scale/1/points"),
    ({"scale": [OWN[0], OWN[3]], "conversion": OWN_CUTS}, "/grades/scale/1/from"),
    ({"scale": OWN}, "/grades/conversion"),
    ({"scale": OWN, "conversion": [OWN_CUTS[0]]}, "/grades/conversion/0/to"),
])
def test_a_scale_that_cannot_hold_is_refused(db, tmp_path, grades, clause):
    before = db.rows("SELECT COUNT(*) FROM policy")
    r = rules(db, tmp_path, {"grades": grades}, expect=None)
    assert r.code in (1, 4) and clause in r.err, r
    assert db.rows("SELECT COUNT(*) FROM policy") == before


def test_a_mastery_rule_under_which_a_level_is_out_of_reach_is_refused(db, tmp_path):
    rules(db, tmp_path, {"grades": {"scale": OWN, "conversion": OWN_CUTS}})
    r = rules(db, tmp_path, {"mastery": {"rule": "recent", "times": 4, "secure_at": 0.9}, "grades": {"scale": [*OWN[:3], OWN[3] | {"from": 0}, OWN[3] | {"name": "Over", "from": 0.95, "points": 6}], "conversion": [OWN_CUTS[0], OWN_CUTS[1] | {"to": 6}]}}, expect=None)
    assert r.code == 1 and "/grades/scale/3/from" in r.err, r  # only 4 of 4 is secure, and that is in the level above


def test_what_was_given_out_keeps_the_levels_of_its_time(db, school, serve, tmp_path):
    me, ledger, rng = school.student.id, Ledger(school), random.Random(3)
    db.execute("UPDATE academic_session SET starts_on = 1, ends_on = 40000, title = 'Autumn' WHERE title = 'Autumn'")
    rules(db, tmp_path, {"grades": {"scale": OWN, "conversion": OWN_CUTS, "incomplete_share": 0}})
    server = serve()
    student = Client(server.port, school.student.token)
    answer(ledger, student, "student", rng, 14)
    now = student.get(f"/api/v1/learners/{me}/grades").json
    assert waymark("grades", "freeze", "--term", "Autumn", "--db", db.url, "--json").json["written"] >= 1
    given = student.get(f"/api/v1/learners/{me}/grades").json["terms"]
    for t, k in zip(given, now["courses"]):
        assert t["scale"] == now["scale"] and t["letter"] == k["letter"]
        assert [(x["name"], x["level"], x["value"], x["reported"], x["counts"]) for x in t["levels"]] == [(x["name"], x["level"], x["value"], x["reported"], x["counts"]) for x in k["levels"]]
    assert db.rows("SELECT COUNT(*) FROM report_scale") == [["1"]], "one for all grades that were given out by it"
    called = {x["reported"] for k in now["courses"] for x in k["levels"]}
    time.sleep(1.1)
    then = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    time.sleep(1.1)
    rules(db, tmp_path, {"grades": {"scale": [k | {"name": k["name"] + " anew", "means": "another sentence"} for k in OWN], "conversion": [OWN_CUTS[0] | {"letter": "Q"}, OWN_CUTS[1] | {"letter": "R"}]}})
    server.stop()
    server = serve()
    student = Client(server.port, school.student.token)
    after = student.get(f"/api/v1/learners/{me}/grades").json
    assert after["terms"] == given
    assert {x["reported"] for k in after["courses"] for x in k["levels"]} == {c + " anew" for c in called}
    was = student.get(f"/api/v1/learners/{me}/grades", as_of=then).json
    assert was["scale"] == now["scale"] and [k["levels"] for k in was["courses"]] == [k["levels"] for k in now["courses"]]
    web = Client(server.port)
    assert web.sign_in(school.student.username, school.student.password).status == 303
    page = web.get(f"/report/{me}").text
    assert "anew" in page and "another sentence" in page
    [term] = set(re.findall(rf"/report/{me}\?term=\d+", page))
    given_out = text(web.get(term).text)
    assert "as posted on" in given_out and "We have seen nothing yet that shows it." in given_out and "anew" not in given_out and given[0]["letter"] in given_out
    for name in called:
        assert name in given_out
    assert web.get(f"/report/{me}?term=1").status == 404
    transcript = text(web.get(f"/transcript/{me}").text)
    assert "Current" in transcript and "Used in: Autumn" in transcript and "Exceeding anew" in transcript and "Explains it to others." in transcript
    # Grades of the time before a school could have levels of its own: read as the four.
    db.execute("UPDATE term_grade SET scale_id = NULL")
    old = student.get(f"/api/v1/learners/{me}/grades").json["terms"]
    assert [k["level"] for k in old[0]["scale"]] == ORDER and web.get(term).status == 200


def test_the_scale_in_the_browser(clients, school, db, tmp_path):
    me, ledger, rng = school.student.id, Ledger(school), random.Random(11)
    answer(ledger, clients("student"), "student", rng, 14)
    for i in range(5):
        answer(ledger, clients(f"load{i}"), f"load{i}", rng, 3)
    district = clients("district", session=True)
    page = district.get("/rules").text
    form = fields(page)
    assert form["scale_name"][:4] == ["not yet", "started", "nearly", "secure"] and form["scale_level"][:4] == ORDER
    own = form | {"scale_name": ["Exceeding", "Beginning", "Approaching", "Meeting", "Secured"], "scale_means": ["Explains it.", "Nothing yet.", "With help.", "Nearly alone.", "Alone."], "scale_level": ["secure", *ORDER],
                  "scale_from": ["98", "", "", "", ""], "scale_points": ["5", "1", "2", "3", "4"]}
    tried = district.post("/rules/try", form=own | {"when": "now"})
    said = text(tried.text)
    assert tried.status == 200, said[:800]
    assert "to Beginning 1 (from not yet), Approaching 2 (from started), Meeting 3 (from nearly), Secured 4 (from secure), Exceeding 5 (from secure, 98%)" in said
    assert "levels on report cards would change" in said and "The grading scale changes" in said
    bad = district.post("/rules/try", form=own | {"scale_points": ["5", "1", "2", "2", "4"]})
    assert bad.status == 400 and "report card level 3" in text(bad.text) and 'value="Exceeding"' in bad.text and "field-error" in bad.text
    assert district.post("/rules/try", form=own | {"scale_points": ["5", "x", "2", "3", "4"]}).status == 400
    r = district.post("/rules", form=own | {"when": "now", "reason": "words that families know"})
    assert r.status == 303, text(r.text)[:600]
    assert district.post("/rules/try", form=fields(district.get("/rules").text)).status == 400, "sent back as it came: nothing changes"
    for role in ("student", "guardian", "teacher"):
        report = text(clients(role, session=True).get(f"/report/{me}").text)
        assert "Beginning" in report and "Explains it." in report and "Exceeding (5)" in report, role
    for path in (f"/transcript/{me}", f"/letter/{me}"):
        assert "Explains it." in text(clients("guardian", session=True).get(path).text), path
    course = clients("student").get(f"/api/v1/learners/{me}/grades").json["courses"][0]["course_id"]
    why = text(clients("student", session=True).get(f"/grade/{me}?course={course}").text)
    assert "Approaching 2, Meeting 3, Secured 4, Exceeding 5" in why and "Explains it." in why and re.search(r"(Approaching|Meeting|Secured|Exceeding) · [2-5] points · (started|nearly|secure), [\d.]+%", why)
    assert "Exceeding (5)" in text(clients("student", session=True).get("/definition").text)
    changes = text(clients("student", session=True).get(f"/changes/{me}").text)
    assert "Report card levels" in changes and re.search(r"(started|nearly|secure) (Approaching|Meeting|Secured|Exceeding)", changes), changes[-900:]
    # Taken over by another school; locked for schools unless it is opened.
    given = district.get("/rules/export").json
    assert [k["name"] for k in given["policy"]["grades"]["scale"]] == ["Beginning", "Approaching", "Meeting", "Secured", "Exceeding"]
    principal = clients("principal", session=True)
    locked = principal.get("/rules").text
    assert "Exceeding" in locked and 'name="scale_name"' not in locked and "waiver=grades.scale" in html.unescape(locked)
    [[org]] = db.rows(f"SELECT MAX(org_id) FROM user_role WHERE user_id = {me} AND role = 'student'")
    assert rules(db, tmp_path, {"grades": {"scale": OWN, "conversion": OWN_CUTS}}, "--school", org, expect=None).code == 4
    assert district.post("/rules", form=fields(district.get("/rules").text) | {"grades.scale.lock": "open", "grades.conversion.lock": "open", "reason": "schools may choose", "when": "now"}).status == 303
    ours = fields(principal.get("/rules").text) | {"scale_name": ["Begun", "Done"], "scale_means": ["Not there yet.", "There."], "scale_level": ["not_yet", "secure"], "scale_from": ["", ""], "scale_points": ["1", "2"],
                                                   "cut_letter": ["I", "P"], "cut_from": ["1", "1.5"], "cut_percent": ["50", "90"], "cut_gpa": ["0", "4"], "reason": "two are enough here", "when": "now"}
    saved = principal.post("/rules", form=ours)
    assert saved.status == 303, text(saved.text)[:600]
    assert "Begun" in text(clients("student", session=True).get(f"/report/{me}").text)
    # Without a row the four come back.
    none = fields(district.get("/rules").text) | {"scale_name": [""], "scale_means": [""], "scale_level": ["secure"], "scale_from": [""], "scale_points": [""], "reason": "back", "when": "now"}
    assert district.post("/rules", form=none).status == 303
    assert "scale" not in district.get("/rules/export").json["policy"]["grades"]
    assert "Begun" in text(clients("student", session=True).get(f"/report/{me}").text), "the school's stay"


def test_a_change_of_the_scale_waits_for_the_next_term(db, tmp_path, school):
    db.execute("DELETE FROM academic_session")
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"grades": {"scale": OWN, "conversion": OWN_CUTS}}))
    r = waymark("policy", "set", path, "--db", db.url, "--reason", "x", expect=1)
    assert "next term" in r.err
    told = waymark("policy", "set", path, "--db", db.url, "--reason", "x", "--effective", "2052-01-01", "--json").json
    assert told["effective_at"].startswith("2052") and any("Exceeding 5 (from secure, 97%)" in line for line in told["changes"])
    assert "scale" not in json.dumps(waymark("policy", "show", "--db", db.url, "--json").json["doc"])
    assert "Exceeding" in waymark("policy", "show", "--as-of", "2052-02-01", "--db", db.url).out


def test_a_school_may_give_no_grades(db, school, serve, tmp_path):
    rules(db, tmp_path, {"grades": {"conversion": []}})
    server = serve()
    ledger, rng = Ledger(school), random.Random(4)
    student = Client(server.port, school.users["student"].token)
    answer(ledger, student, "student", rng, 20)
    page = Client(server.port)
    assert page.sign_in(school.student.username, school.student.password).status == 303
    for path in (f"/report/{school.student.id}", f"/transcript/{school.student.id}"):
        shown = text(page.get(path).text)
        assert "Incomplete" not in shown and "GPA" not in shown.split("How levels")[0], path
    grades = student.get(f"/api/v1/learners/{school.student.id}/grades").json
    assert all(not c.get("letter") for c in grades["courses"]) and any(c["levels"] for c in grades["courses"] if "levels" in c)
    for c in (student, page):
        c.close()
    server.stop()
