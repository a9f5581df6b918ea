"""Why a level is what it is: recomputed from only what is shown, as of any date; what a teacher saw; a second look."""
import html
import json
import random
import re
import time

import pytest

from client import Client
from harness import waymark
from lasting import facts_of, replay
from load import Ledger

LEVELS = {"not_yet": 0, "started": 1, "nearly": 2, "secure": 3}
RULES = [{}, {"rule": "recent", "times": 3, "of_last": 4}, {"rule": "sustained", "times": 2}, {"rule": "decaying", "newest_weight": 0.5}, {"rule": "mode", "of_last": 6},
         {"rule": "judgement", "least_evidence": 2}, {"off_screen": 1, "after_hint": "not_alone", "least_evidence": 2},
         {"rule": "lasting", "secure_at": 0.8, "nearly_at": 0.55, "after_hint": "not_alone", "gap_days": 5}, {"rule": "lasting", "secure_at": 0.8, "nearly_at": 0.4, "after_hint": "practice"}]


def kept(score):
    return int(score * 10000 + 0.5)


def moved(m, p, right, practice):
    """Knowledge tracing of one skill, from the equations."""
    if not practice:
        known = p * ((1 - m["slip"]) if right else m["slip"])
        p = known / (known + (1 - p) * (m["guess"] if right else 1 - m["guess"]))
    return min(0.9999, p + (1 - p) * m["learn"])


def level_of(why, whys, school):
    """By hand, as docs/policy.md says it, from the document alone; where all answers tell of each skill, from all documents."""
    r, counted = why["rule"], [s for s in why["steps"] if s["counted"]]
    facts = [s for s in counted if s["kind"] != "judgement"]
    judged = [s for s in counted if s["kind"] == "judgement"]
    alone = [s for s in facts if s["hints"] == 0]
    scores = [s["score"] if s["hints"] == 0 else 0.0 for s in facts if s["hints"] == 0 or r["after_hint"] == "not_alone"]
    if not facts and not judged:
        return 0
    p = why["prior"]
    for s in facts:  # each step begins where the one before ended, and goes where the parameters say, where an item is of one skill
        assert s["before"] == p, (s, p)
        p = s["after"]
        right = s["score"] >= (1.0 if s["kind"] == "response" else r["seen_right_at"]) and not s["hints"]
        practice = s["hints"] and r["after_hint"] == "practice"
        assert s["kind"] == "judgement" or abs(p - moved(why["model"], s["before"], right, practice)) < 1e-12 or not practice and (p >= s["before"] if right else True), s
    if r["rule"] == "lasting":
        if not facts:
            return 1
        it = replay(r, facts_of(whys, school))[why["competency_id"]]
        assert abs(it.lasts / 10000 - r["value"]) < 1.5e-4, (it.lasts, r)
        assert ("days" in why["missing"]["also"]) == (not it.secure and len(it.shown) < 2) and why["missing"]["right_answers"] == 0
        return it.level()
    if r["rule"] == "model":
        value = facts[-1]["after"] if facts else why["prior"]
    elif r["rule"] == "recent":
        right = sum(kept(s) >= kept(r["seen_right_at"]) for s in scores[-r["of_last"]:])
        value = min(1, right / r["times"])
    elif r["rule"] == "sustained":
        best = sorted(map(kept, scores), reverse=True)
        value = best[r["times"] - 1] / 10000 if len(best) >= r["times"] else 0
    elif r["rule"] == "decaying":
        value = 0
        for i, s in enumerate(scores):
            value = s if i == 0 else value * (1 - r["newest_weight"]) + s * r["newest_weight"]
    elif r["rule"] == "mode":
        last = [kept(s) for s in scores[-r["of_last"]:]][::-1]
        value = max(last, key=lambda s: (last.count(s), -last.index(s))) / 10000 if last else 0
    else:
        value = kept(judged[-1]["score"]) / 10000 if judged else 0
    assert abs(value - r["value"]) < 1e-9, (value, r)
    needs = value < r["secure_at"] or len(alone) < r["least_evidence"] or sum(s["kind"] == "observation" for s in facts) < r["off_screen"] or (r["rule"] == "judgement" and not judged)
    return 3 if not needs else 2 if value >= r["nearly_at"] else 1


@pytest.fixture
def clients_of(school):
    """clients_of(server, "teacher", session=True), as `clients` of a server that the test has started itself."""
    open_ones = []

    def client(server, key, session=False):
        user = school.users[key]
        c = Client(server.port, token=None if session else user.token)
        open_ones.append(c)
        if session:
            assert c.sign_in(user.username, user.password).status == 303
        return c

    yield client
    for c in open_ones:
        c.close()


def observe(teacher, klass, competency, learners, level, kind="observation", note="seen at the board", client_id=None):
    return teacher.post(f"/class/{klass}/observe", form={"competency": competency, "learner": learners, "level": level, "kind": kind, "note": note, "client_id": client_id or f"seen-{random.getrandbits(60):x}"})


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.get("rule", "model" if not r else "asks") + "-practice" * (r.get("after_hint") == "practice"))
def test_the_level_follows_from_what_is_shown(db, school, serve, tmp_path, rule, clients_of):
    if rule:
        doc = tmp_path / "p.json"
        doc.write_text(json.dumps({"mastery": rule}))
        waymark("policy", "set", doc, "--db", db.url, "--reason", "a test", "--effective", "now")
    server = serve()
    ledger, rng = Ledger(school), random.Random(str(rule))
    student, teacher = clients_of(server, "student"), clients_of(server, "teacher")
    klass = next(c["id"] for c in teacher.get("/api/v1/me").json["classes"])
    competencies = sorted(teacher.get(f"/api/v1/classes/{klass}/mastery").json["competencies"], key=lambda c: c["competency_id"])
    web = clients_of(server, "teacher", session=True)
    shown = []
    for turn in range(16):
        assert ledger.post(student, ledger.new("student", rng)).status == 200
        if turn % 4 == 3:
            k = rng.choice(competencies)["competency_id"]
            assert observe(web, klass, k, [school.student.id], rng.randrange(4), "judgement" if turn == 15 else "observation").status == 303
        if turn % 5 == 4:
            time.sleep(0.01)
            shown.append((time.time(), student.get(f"/api/v1/learners/{school.student.id}/mastery").json["competencies"]))
            time.sleep(0.01)
    checked = 0
    whys = [student.get(f"/api/v1/learners/{school.student.id}/mastery/{k['competency_id']}/why").json for k in competencies]
    for why in whys:
        assert level_of(why, whys, school) == LEVELS[why["level"]], why
        checked += why["level"] != "not_yet"
    assert checked >= 2
    for at, then in shown:  # as of a moment: what was shown at that moment
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03}Z"
        assert student.get(f"/api/v1/learners/{school.student.id}/mastery?as_of={stamp}").json["competencies"] == then
    server.stop()
    assert waymark("check", "--db", db.url, "--json").json["ok"]


def test_what_a_teacher_saw_is_evidence_once(db, school, server, clients_of):
    teacher, web = clients_of(server, "teacher"), clients_of(server, "teacher", session=True)
    klass = next(c["id"] for c in teacher.get("/api/v1/me").json["classes"])
    v = teacher.get(f"/api/v1/classes/{klass}/mastery").json
    k, learners = v["competencies"][0]["competency_id"], [l["learner_id"] for l in v["learners"]][:3]
    before = int(db.rows("SELECT COUNT(*) FROM evidence")[0][0])
    for _ in range(2):  # the second is the same form sent again
        assert observe(web, klass, k, learners, 3, client_id="seen-at-the-board").status == 303
    assert int(db.rows("SELECT COUNT(*) FROM evidence")[0][0]) == before + len(learners)
    why = teacher.get(f"/api/v1/learners/{learners[0]}/mastery/{k}/why").json
    assert why["steps"][-1]["kind"] == "observation" and why["steps"][-1]["score"] == 1
    page = web.get(f"/class/{klass}/cell?learner={learners[0]}&competency={k}").text
    assert "seen at the board" in page and school.teacher.family in page
    stranger = next(u for u in school.users.values() if u.id not in {l["learner_id"] for l in v["learners"]})
    assert observe(web, klass, k, [stranger.id], 3).status == 403
    for bad in ({"level": "9"}, {"learner": []}, {"competency": "1"}, {"client_id": "short"}):
        form = {"competency": k, "learner": learners, "level": 3, "kind": "observation", "note": "", "client_id": "seen-12345678"} | bad
        assert web.post(f"/class/{klass}/observe", form=form).status in (400, 403, 404), bad
    assert int(db.rows("SELECT COUNT(*) FROM evidence")[0][0]) == before + len(learners)


def test_a_second_look_is_answered_on_record(db, school, server, clients_of):
    student, web = clients_of(server, "student", session=True), clients_of(server, "teacher", session=True)
    api = clients_of(server, "teacher")
    klass = next(c["id"] for c in api.get("/api/v1/me").json["classes"])
    k = api.get(f"/api/v1/classes/{klass}/mastery").json["competencies"][0]["competency_id"]
    for _ in range(2):
        assert student.post("/look", form={"competency": k, "note": "I did this on paper <b>last</b> week", "client_id": "look-00000001"}).status == 303
    assert "I did this on paper &lt;b&gt;last&lt;/b&gt; week" in student.get(f"/why?c={k}").text
    assert "I did this on paper" in web.get("/now").text
    page = web.get(f"/class/{klass}/cell?learner={school.student.id}&competency={k}").text
    look = re.search(r'name="look_id" value="(\d+)"', page)[1]
    assert student.post("/look/answer", form={"look_id": look, "learner_id": school.student.id, "answer": "yes, of course"}).status == 403
    assert web.post("/look/answer", form={"look_id": look, "learner_id": school.student.id, "answer": "  "}).status == 400
    assert web.post("/look/answer", form={"look_id": look, "learner_id": school.student.id, "answer": "You are right: bring it tomorrow."}).status == 303
    assert web.post("/look/answer", form={"look_id": look, "learner_id": school.student.id, "answer": "another word"}).status == 409, "the first answer stands"
    text = student.get(f"/why?c={k}").text
    assert "You are right: bring it tomorrow." in text and "another word" not in text and school.teacher.family in text
    assert "I did this on paper" not in web.get("/now").text
    assert len(db.rows("SELECT fact_id FROM fact_second_look_asked")) == 1
    assert student.post("/look", form={"competency": k, "note": "", "client_id": "look-00000002"}).status == 400


def test_the_page_shows_a_day_as_it_was(school, server, clients_of):
    student = clients_of(server, "student", session=True)
    k = clients_of(server, "student").get(f"/api/v1/learners/{school.student.id}/mastery").json["competencies"]
    k = k[0]["competency_id"] if k else clients_of(server, "teacher").get(f"/api/v1/classes/{clients_of(server, 'teacher').get('/api/v1/me').json['classes'][0]['id']}/mastery").json["competencies"][0]["competency_id"]
    assert student.get(f"/why?c={k}&as_of=2020-02-30").status == 400
    then = student.get(f"/why?c={k}&as_of=2020-02-28")
    assert then.status == 200 and "2020-02-28" in then.text


def test_six_questions_can_be_answered_from_the_panel_alone(clients, school):
    """docs/six-questions.md: level, why, what counts, what is missing, what next, and what if it is wrong."""
    me, ledger, rng = school.student.id, Ledger(school), random.Random(8)
    for _ in range(10):
        assert ledger.post(clients("student"), ledger.new("student", rng)).status == 200
    levels = clients("student").get(f"/api/v1/learners/{me}/mastery").json["competencies"]
    one = next(k for k in levels if k["evidence_count"] and k["level"] != "secure")
    words = {"not_yet": "not yet", "started": "started", "nearly": "nearly"}[one["level"]]
    skill, class_id = one["competency_id"], school.classes["c1"]
    pages = {("student", f"/why?c={skill}"), ("guardian", f"/why/{me}?c={skill}"), ("teacher", f"/class/{class_id}/cell?learner={me}&competency={skill}&page=1")}
    for role, path in pages:
        page = clients(role, session=True).get(path)
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
        assert page.status == 200
        assert words in text, (role, "which level")
        assert re.search(r"[Rr]ight on \d+ of|answered|right", text) and 'class="ev"' in page.text, (role, "why")
        assert "Secure means" in text and re.search(r"[Vv]ersion 1", text), (role, "what counts")
        assert re.search(r"needs? [^<]{0,20}\d|of \d", text) and 'class="facts"' in page.text, (role, "what is missing")
        assert "To move up" in text, (role, "what next")
        if role != "teacher":
            assert "second look" in text.lower(), (role, "what if it is wrong")
    asked = clients("guardian", session=True).post(f"/why/{me}/look", form={"client_id": "six-look-1", "competency": skill, "note": "She did this at the kitchen table."})
    assert asked.status == 303
    assert "kitchen table" in clients("teacher", session=True).get(f"/class/{class_id}/cell?learner={me}&competency={skill}").text
    assert "kitchen table" in clients("guardian", session=True).get(f"/why/{me}?c={skill}&as_of=2026-01-01").text


def grade_of(why):
    """By hand, from what the panel shows alone."""
    counts = [k["counts"] for k in why["levels"] if k["counts"] is not None]
    if not counts or len(counts) < why["incomplete_share"] * len(why["levels"]):
        return None, 0
    mean = sum(counts) / len(counts)
    cuts = why["conversion"]
    return next(k["letter"] for i, k in enumerate(cuts) if k["from"] <= mean and (mean < k["to"] or i + 1 == len(cuts))), mean


def test_a_grade_follows_from_what_is_shown_and_what_would_change_it_does(school, server, clients_of, db):
    me, teacher, web = school.student.id, clients_of(server, "teacher"), clients_of(server, "teacher", session=True)
    course = clients_of(server, "student").get(f"/api/v1/learners/{me}/grades").json["courses"][0]["course_id"]
    ask = lambda key="student", **query: clients_of(server, key).get(f"/api/v1/learners/{me}/grades/{course}/why", **query).json
    empty = ask()
    assert empty["incomplete"] and empty["letter"] is None and empty["missing"]["skills_with_evidence"] >= 1
    klass, ledger, rng = school.classes["c1"], Ledger(school), random.Random(3)
    student = clients_of(server, "student")
    before = time.time()
    for turn in range(40):
        assert ledger.post(student, ledger.new("student", rng)).status == 200
        why = ask()
        letter, mean = grade_of(why)
        assert (letter, why["incomplete"]) == (why["letter"], letter is None)
        if letter:
            assert abs(mean - why["mean"]) < 1e-9
            counts = [k["counts"] for k in why["levels"] if k["counts"] is not None]
            n, for_ = why["missing"]["levels"], why["missing"]["for"]
            if for_:
                from_ = next(k["from"] for k in why["conversion"] if k["letter"] == for_)
                assert (sum(counts) + n) / len(counts) >= from_ > (sum(counts) + n - 1) / len(counts)
    assert letter, "enough was shown for a grade"
    for key in ("teacher", "guardian", "principal"):
        assert ask(key)["levels"] == why["levels"]
    assert ask(as_of=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before - 5)))["levels"] == empty["levels"]
    page = re.sub(r"<[^>]+>", " ", clients_of(server, "student", session=True).get(f"/grade/{me}?course={course}").text)
    assert f"{why['mean']:.2f}" in page and "To move up" in page
    # A second look at the grade goes to the teacher, and is answered on the same page.
    mine = clients_of(server, "student", session=True)
    assert mine.post("/look", form={"client_id": "look-grade-1", "competency": course, "about": "grade", "note": "I count more"}).status == 303
    assert mine.post("/look", form={"client_id": "look-grade-2", "competency": "77", "about": "grade", "note": "x"}).status == 404
    assert mine.post("/look", form={"client_id": "look-grade-3", "competency": course, "about": "weather", "note": "x"}).status in (400, 404)
    now = web.get("/now").text
    address = re.search(rf"/grade/{me}\?course={course}", now)
    assert address and "I count more" in now
    answer = re.search(r'name="look_id" value="(\d+)"', web.get(address[0]).text)[1]
    r = web.post("/look/answer", form={"look_id": answer, "learner_id": me, "answer": "I counted again: it stands.", "back": address[0]})
    assert r.status == 303 and r.headers["Location"] == address[0]
    assert "it stands" in mine.get(f"/grade/{me}?course={course}").text
    assert "it stands" not in mine.get(f"/why?c={why['levels'][0]['competency_id']}").text


def test_a_pace_and_a_suggestion_say_why(school, server, clients_of, db):
    me = school.student.id
    [[uri]] = db.rows(f"SELECT f.uri FROM framework f JOIN competency c ON c.framework_id = f.framework_id WHERE c.competency_id = {school.competencies['urn:oatutor:skill:simplify_fractions']}")
    district = clients_of(server, "district", session=True)
    assert district.post("/requirements", form={"title": "Skills", "for": "graduation", "by_grade": "12", "kind": "competencies", "competencies": uri, "need": "2", "reason": "as agreed"}).status == 303
    student, mine = clients_of(server, "student"), clients_of(server, "student", session=True)
    [need] = [r["id"] for r in student.get(f"/api/v1/learners/{me}/standing").json["requirements"]]
    pace = student.get(f"/api/v1/learners/{me}/pace/why", need=need).json
    [r] = pace["requirements"]
    assert r["gained"] == r["have"] - pace["secure_before"] and r["weeks"] == 8 - pace["days_away"] / 5
    assert student.get(f"/api/v1/learners/{me}/pace/why", need="nothing").status == 404
    page = re.sub(r"<[^>]+>", " ", mine.get(f"/pace/{me}?need={need}").text)
    assert "Secure eight weeks ago" in page and "To move up" in page
    assert mine.post("/look", form={"client_id": "look-pace-1", "competency": "", "about": f"pace:{need}", "note": "I was ill"}).status == 303
    assert "I was ill" in clients_of(server, "teacher", session=True).get(f"/pace/{me}?need={need}").text
    # What is suggested, and why, is what the student is given.
    ledger, rng = Ledger(school), random.Random(8)
    for _ in range(12):
        item = student.next()
        why = student.get(f"/api/v1/learners/{me}/next/why").json
        first = why["weighed"][0]
        assert first["reason"]["code"] == item["reason"]["code"] and (first["competency_id"] in item["competency_ids"] or item["reason"]["code"] == "same_problem")
        said = mine.get("/today").text
        address = re.search(rf"/suggestion/{me}\?c=(\d+)", said)
        assert address[1] == why["competency_id"]
        shown = re.sub(r"<[^>]+>", " ", mine.get(address[0]).text)
        assert why["name"] in shown.replace("&#39;", "'").replace("&amp;", "&") and "What we looked at" in shown
        assert ledger.post(student, ledger.new("student", rng)).status == 200
    assert mine.post("/look", form={"client_id": "look-next-1", "competency": why["competency_id"], "about": "next", "note": "why this again"}).status == 303
    assert "why this again" in mine.get(f"/suggestion/{me}?c={why['competency_id']}").text


def test_six_questions_can_be_answered_from_every_other_panel(school, server, clients_of, db):
    """The same, of a grade, a pace and a suggestion, for each who reads them; nothing else is at hand."""
    me = school.student.id
    [[uri]] = db.rows(f"SELECT f.uri FROM framework f JOIN competency c ON c.framework_id = f.framework_id WHERE c.competency_id = {school.competencies['urn:oatutor:skill:simplify_fractions']}")
    assert clients_of(server, "district", session=True).post("/requirements", form={"title": "Skills", "for": "graduation", "by_grade": "12", "kind": "competencies", "competencies": uri, "need": "2", "reason": "as agreed"}).status == 303
    student, ledger, rng = clients_of(server, "student"), Ledger(school), random.Random(11)
    for _ in range(12):
        assert ledger.post(student, ledger.new("student", rng)).status == 200
    course = student.get(f"/api/v1/learners/{me}/grades").json["courses"][0]["course_id"]
    grade = student.get(f"/api/v1/learners/{me}/grades/{course}/why").json
    [need] = [r["id"] for r in student.get(f"/api/v1/learners/{me}/standing").json["requirements"]]
    pace = student.get(f"/api/v1/learners/{me}/pace/why", need=need).json["requirements"][0]
    suggested = student.get(f"/api/v1/learners/{me}/next/why").json
    panels = {
        "grade": (f"/grade/{me}?course={course}", grade["letter"] or "not enough", [k["name"] for k in grade["levels"]]),
        "pace": (f"/pace/{me}?need={need}", f"{pace['have']:g}", ["Secure eight weeks ago"]),
        "suggestion": (f"/suggestion/{me}?c={suggested['competency_id']}", suggested["name"], ["What we looked at"]),
    }
    for role in ("student", "guardian", "teacher"):
        for what, (path, answer, basis) in panels.items():
            page = clients_of(server, role, session=True).get(path)
            assert page.status == 200, (role, what)
            part = lambda pattern: re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", (re.search(pattern, page.text, re.S) or [""])[0]))).strip()
            lead, rule, whole = part(r"<h1>.*?</h1>.*?</p>"), part(r'<div class="rule">.*?</div>'), part(r"<main.*</main>")
            assert answer.lower() in lead.lower(), (role, what, "1 which one is it", lead)
            assert all(b in whole for b in basis), (role, what, "2 why")
            assert re.search(r"[Vv]ersion \d", rule) and len(rule.split()) > 12, (role, what, "3 what counts", rule)
            assert 'class="facts"' in page.text and len(re.findall(r"<dd>", page.text)) >= 2, (role, what, "4 what is missing")
            change = part(r"<p><b>To move up.*?</p>")
            assert len(change.split()) > 6, (role, what, "5 what next", change)
            assert role == "teacher" or "second look" in whole, (role, what, "6 what if it is wrong")
