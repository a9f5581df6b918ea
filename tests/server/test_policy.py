"""The school's rules: documents that are refused, what-if, a new version, schools with rules of their own, levels as they were."""
import json
import pathlib
import random
import time

import pytest

from client import Client
from harness import eventually, waymark
from load import Ledger

WEAK = {"mastery": {"secure_at": 0.6, "nearly_at": 0.5, "least_evidence": 1}}


@pytest.fixture
def document(tmp_path):
    def write(doc):
        path = tmp_path / f"{random.getrandbits(40):x}.json"
        path.write_text(doc if isinstance(doc, str) else json.dumps(doc))
        return path

    return write


@pytest.fixture
def worked(db, school, serve):
    """Students have answered."""
    server = serve()
    ledger = Ledger(school)
    rng = random.Random(5)
    for key in ("student", "load0", "load1", "load2"):
        c = Client(server.port, school.users[key].token)
        for _ in range(14):
            assert ledger.post(c, ledger.new(key, rng)).status == 200
        c.close()
    server.stop()
    return ledger


def levels(db):
    return {(int(a), int(b)): int(c) for a, b, c in db.rows("SELECT learner_id, competency_id, level FROM mastery")}


def policy(db, *words, expect=0, **more):
    return waymark("policy", *words, "--db", db.url, "--json", expect=expect, **more)


@pytest.mark.parametrize("doc,clause", [
    ({"mastery": {"secure_at": 2}}, "/mastery/secure_at"),
    ({"mastery": {"secure_at": 0.6, "nearly_at": 0.7}}, "/mastery/nearly_at"),
    ({"mastery": {"rule": "recent", "times": 6, "of_last": 5}}, "/mastery/times"),
    ({"mastery": {"rule": "fate"}}, "/mastery/rule"),
    ({"mastery": {"by_type": {"Practice": {"rule": "sustained", "times": 9}}}}, "/mastery/by_type/Practice/times"),
    ({"agency": {"least": 4, "most": 2}}, "/agency/least"),
    ({"work": {"grade_level_share": 0.2}}, "/work/grade_level_share"),
    ({"no_such": {"thing": 1}}, "/no_such/thing"),
    ({"grades": {"conversion": [{"from": 1, "to": 2, "letter": "C", "percent": 70, "gpa": 2}, {"from": 2.5, "to": 4, "letter": "A", "percent": 95, "gpa": 4}]}}, "/grades/conversion/1/from"),
    ({"grades": {"conversion": [{"from": 1, "to": 3, "letter": "C", "percent": 70, "gpa": 2}, {"from": 2.5, "to": 4, "letter": "A", "percent": 95, "gpa": 4}]}}, "/grades/conversion/1/from"),
    ({"grades": {"conversion": [{"from": 1, "to": 3.9, "letter": "C", "percent": 70, "gpa": 2}]}}, "/grades/conversion/0/to"),
    ({"purposes": [{"id": "a", "text": "…", "measure": "…"}]}, "/purposes"),
])
def test_what_cannot_hold_is_refused_with_its_clause(db, document, doc, clause):
    before = db.rows("SELECT COUNT(*) FROM policy")
    for word in ("check", "set"):
        r = waymark("policy", word, document(doc), "--db", db.url, *(["--reason", "a try"] if word == "set" else []), expect=None)
        assert r.code in (1, 4) and clause in r.err, r
    assert db.rows("SELECT COUNT(*) FROM policy") == before


def test_a_what_if_says_what_applying_it_does(db, worked, document):
    same = waymark("rebuild", "--what-if", document({"mastery": {"secure_at": 0.95}}), "--db", db.url, "--json").json
    assert same["changed"] == 0 and same["changes"] == [] and same["learners"] >= 4
    before = levels(db)
    tried = waymark("rebuild", "--what-if", document(WEAK), "--db", db.url, "--json").json
    assert tried["changed"] == len(tried["changes"]) == sum(m["count"] for m in tried["moved"]) > 0
    assert levels(db) == before, "a what-if writes nothing"
    done = policy(db, "set", document(WEAK), "--reason", "the threshold was too high", "--effective", "now").json
    assert done["changes"] and done["rows_differed"] > 0
    after = levels(db)
    assert moves(tried) == applied(before, after)
    assert waymark("check", "--db", db.url, "--json").json["ok"]


@pytest.mark.parametrize("rule", ["recent", "sustained", "decaying", "mode", "judgement", "lasting"])
def test_under_every_rule_what_is_stored_is_what_the_facts_say(db, school, worked, serve, document, rule):
    policy(db, "set", document({"mastery": {"rule": rule}}), "--reason", "another rule", "--effective", "now")
    server = serve()
    rng = random.Random(7)
    c = Client(server.port, school.users["load1"].token)
    for _ in range(9):
        assert worked.post(c, worked.new("load1", rng)).status == 200
    c.close()
    server.stop()
    assert waymark("check", "--db", db.url, "--json").json["ok"]
    digest = waymark("check", "--db", db.url, "--digest").out
    db.execute("DELETE FROM mastery WHERE competency_id % 3 = 0")
    db.execute("UPDATE mastery SET level = 0")
    assert not waymark("check", "--db", db.url, "--json", expect=1).json["ok"]
    waymark("rebuild", "--db", db.url)
    assert waymark("check", "--db", db.url, "--digest").out == digest


def test_packed_histories_say_what_the_rows_say(db, school, worked, serve, document):
    ask = lambda: {k: v for k, v in waymark("rebuild", "--what-if", document(WEAK), "--db", db.url, "--json").json.items() if k not in ("read_s", "fold_s")}
    check = lambda expect=0: waymark("check", "--db", db.url, "--json", expect=expect).json
    from_rows = ask()
    assert db.rows("SELECT COUNT(*) FROM history") == [["0"]] and from_rows["changed"] > 0
    waymark("rebuild", "--db", db.url)
    packed = db.rows("SELECT learner_id, COUNT(*) FROM history GROUP BY learner_id ORDER BY 1")
    assert [n for _, n in packed] == ["1"] * 4
    assert ask() == from_rows and check()["histories_differed"] == 0
    # What is answered after that stands in rows behind the blocks; both together are the history.
    server = serve()
    rng = random.Random(9)
    c = Client(server.port, school.users["load1"].token)
    for _ in range(6):
        assert worked.post(c, worked.new("load1", rng)).status == 200
    c.close()
    server.stop()
    behind = ask()
    assert behind["facts"] == from_rows["facts"] + 6
    assert check()["ok"] and check()["histories_differed"] == 0
    db.execute("DELETE FROM history")
    assert ask() == behind
    waymark("rebuild", "--db", db.url)
    # A block that is not what the facts are is told, not gone by where it cannot be read, and made anew.
    [[learner]] = db.rows("SELECT MIN(learner_id) FROM history")
    db.execute(f"DELETE FROM history WHERE learner_id <> {learner}; UPDATE history SET packed = (SELECT state FROM learner_state WHERE learner_id = {learner})")
    assert ask() == behind
    damaged = check(expect=1)
    assert damaged["histories_differed"] == 1 and damaged["states_differed"] == damaged["rows_differed"] == 0 and not damaged["ok"]
    assert waymark("rebuild", "--db", db.url, "--json").json["histories_differed"] == 1
    assert check()["ok"] and ask() == behind


def test_a_school_may_differ_only_where_it_is_opened(db, worked, document):
    [[name]] = db.rows("SELECT name FROM org WHERE type = 'school' ORDER BY org_id LIMIT 1")
    r = waymark("policy", "set", document(WEAK), "--db", db.url, "--school", name, "--reason", "ours", "--effective", "now", expect=None)
    assert r.code == 4 and "locked" in r.err, r
    about = {p: {"lock": "open", "least": 0.5, "most": 0.98} for p in ("mastery.secure_at", "mastery.nearly_at", "mastery.least_evidence")}
    about["mastery.least_evidence"] = {"lock": "open", "least": 2, "most": 10}
    policy(db, "set", document({"about": about}), "--reason", "schools may choose", "--effective", "now")
    r = waymark("policy", "set", document(WEAK), "--db", db.url, "--school", name, "--reason", "ours", "--effective", "now", expect=None)
    assert r.code == 4 and "/mastery/least_evidence" in r.err and "bounds" in r.err, r
    policy(db, "set", document({"mastery": {"secure_at": 0.6, "nearly_at": 0.5, "least_evidence": 2}}), "--school", name, "--reason", "ours", "--effective", "now")
    assert policy(db, "show", "--school", name).json["doc"]["mastery"]["secure_at"] == 0.6
    assert policy(db, "show").json["doc"]["mastery"].get("secure_at", 0.95) == 0.95
    assert waymark("check", "--db", db.url, "--json").json["ok"]


def test_levels_and_grades_wait_for_the_next_term(db, document):
    db.execute("DELETE FROM academic_session")
    r = waymark("policy", "set", document(WEAK), "--db", db.url, "--reason", "x", expect=1)
    assert r.code == 1 and "next term" in r.err
    term(db)
    done = policy(db, "set", document(WEAK), "--reason", "x").json
    assert done["effective_at"].startswith("2052-02-2"), done  # day 30000 is 2052-02-20
    assert policy(db, "set", document({"pace": {"behind_weeks": 3}}), "--reason", "sooner").json["effective_at"] < "2052"


def term(db, starts_on=30000):
    """The next term begins on a day since 1970; 30000 is 2052-02-20."""
    [[district]] = db.rows("SELECT MIN(district_id) FROM district WHERE district_id > 0")
    db.execute("DELETE FROM academic_session")
    db.execute(f"INSERT INTO academic_session (district_id, session_id, title, type, starts_on, ends_on, school_year, status) VALUES ({district}, 77, 'Spring', 'term', {starts_on}, {starts_on + 100}, '2052', 'active')")


def in_force(db, *words):
    return policy(db, "show", *words).json["doc"]


def test_a_change_meanwhile_neither_hastens_nor_ends_what_waits(db, school, document):
    term(db)
    policy(db, "set", document(WEAK), "--reason", "next term", "--author", school.teacher.username)
    now = policy(db, "set", document({"pace": {"behind_weeks": 3}}), "--reason", "at once").json
    assert now["carried"] == 1
    assert in_force(db)["mastery"]["secure_at"] == 0.95 and in_force(db)["pace"] == {"behind_weeks": 3}
    then = in_force(db, "--as-of", "2052-03-01")
    assert then["mastery"]["secure_at"] == 0.6 and then["pace"] == {"behind_weeks": 3}
    # What waits keeps what it changes itself; what cannot hold with it is refused.
    policy(db, "set", document({"mastery": {"secure_at": 0.97}}), "--reason", "sooner", "--effective", "now")
    assert in_force(db)["mastery"]["secure_at"] == 0.97 and in_force(db, "--as-of", "2052-03-01")["mastery"]["secure_at"] == 0.6
    r = waymark("policy", "set", document({"mastery": {"rule": "recent", "times": 6, "of_last": 8, "seen_right_at": 0.9}}), "--db", db.url, "--reason", "x", "--effective", "now", expect=0)
    r = waymark("policy", "set", document({"mastery": {"of_last": 5}}), "--db", db.url, "--reason", "x", "--effective", "now", expect=1)
    assert "/mastery/times" in r.err
    history = policy(db, "show", "--history").json
    assert len({v["policy_id"] for v in history}) == len(history) and all("base_id" in v for v in history[1:])
    told = waymark("policy", "diff", history[0]["policy_id"], "now", "--db", db.url, "--json").json
    assert any("from 95% to 97%" in line for line in told), told


def test_what_is_past_stays_and_null_takes_away(db, document):
    done = policy(db, "set", document(WEAK), "--reason", "x", "--effective", "2020-01-01").json
    assert done["effective_at"] > "2026", "rules do not change what was"
    assert in_force(db, "--as-of", "2021-01-01")["mastery"]["secure_at"] == 0.95
    policy(db, "set", document({"mastery": {"least_evidence": None}}), "--reason", "the default will do", "--effective", "now")
    assert "least_evidence" not in in_force(db)["mastery"]


def test_cuts_of_another_rule_do_not_outlast_the_rule_that_it_must_last(db, school, worked, document, serve):
    """A change to or from `lasting` begins with its own cuts, of a district and of a school; between other rules what was said stays."""
    [[name]] = db.rows(f"SELECT name FROM org WHERE org_id = (SELECT MIN(org_id) FROM user_role WHERE role = 'student' AND user_id = {school.student.id})")
    lasting = {"secure_at": 0.8, "nearly_at": 0.55, "gap_days": 5, "after_hint": "not_alone"}
    usual = {"secure_at": 0.95, "nearly_at": 0.8, "gap_days": 0, "after_hint": "practice"}
    cuts = ("secure_at", "nearly_at", "least_evidence", "after_hint", "times", "of_last", "newest_weight", "gap_days")
    about = {f"mastery.{p}": {"lock": "open"} for p in ("rule", *cuts)}
    policy(db, "set", document({"about": about}), "--reason", "schools may choose", "--effective", "now")
    server = serve()
    student = Client(server.port, school.student.token)
    skill = student.get(f"/api/v1/learners/{school.student.id}/mastery").json["competencies"][0]["competency_id"]

    def change(mastery, *of):
        return policy(db, "set", document({"mastery": mastery}), *of, "--reason", "another rule", "--effective", "now").json["changes"]

    def holds(rule, want, *of):
        """In the document, where what it does not say is the usual of its rule, and for a student of the school."""
        said = in_force(db, *of)
        full = said | {"mastery": said["mastery"] | {"rule": rule} | want}
        assert said["mastery"].get("rule", "model") == rule
        assert waymark("policy", "diff", document(said), document(full), "--json").json == [], said
        ask = lambda: student.get(f"/api/v1/learners/{school.student.id}/mastery/{skill}/why").json["rule"]
        eventually(lambda: all(ask()[k] == v for k, v in ({"rule": rule} | want).items()), f"{rule} with {want}")

    first = in_force(db)["mastery"]
    assert first["secure_at"] == 0.95 and first["nearly_at"] == 0.8 and "rule" not in first
    assert any("from 95% to 80%" in line for line in change({"rule": "lasting"}))
    holds("lasting", lasting)
    # What the document itself says holds; the way back forgets it again.
    change({"rule": "lasting", "secure_at": 0.7})
    holds("lasting", lasting | {"secure_at": 0.7})
    change({"rule": "model"})
    holds("model", usual)
    # Another rule that is not `lasting` keeps what was said.
    change({"secure_at": 0.93, "nearly_at": 0.7})
    change({"rule": "recent"})
    kept = usual | {"secure_at": 0.93, "nearly_at": 0.7}
    holds("recent", kept)
    change({"rule": "lasting"}, "--school", name)
    holds("lasting", lasting, "--school", name)
    assert in_force(db)["mastery"]["secure_at"] == 0.93, "the district's own stays"
    change({"rule": "decaying"}, "--school", name)
    holds("decaying", kept, "--school", name)
    change({"rule": "lasting"})
    change({"rule": "model"}, "--school", name)
    holds("model", usual, "--school", name)
    assert waymark("check", "--db", db.url, "--json").json["ok"]


def test_a_lock_that_comes_later_holds(db, worked, document):
    [[name]] = db.rows("SELECT name FROM org WHERE type = 'school' ORDER BY org_id LIMIT 1")
    paths = ("mastery.secure_at", "mastery.nearly_at")
    policy(db, "set", document({"about": {p: {"lock": "open"} for p in paths}}), "--reason", "schools may choose", "--effective", "now")
    policy(db, "set", document({"mastery": {"secure_at": 0.9, "nearly_at": 0.85}}), "--school", name, "--reason", "ours", "--effective", "now")
    # The school's "nearly" would be above the district's "secure".
    r = waymark("policy", "set", document({"about": {"mastery.secure_at": {"lock": "locked"}}, "mastery": {"secure_at": 0.82}}), "--db", db.url, "--reason", "x", "--effective", "now", expect=1)
    assert "/mastery/nearly_at" in r.err and "school" in r.err
    policy(db, "set", document({"about": {"mastery.secure_at": {"lock": "locked"}}}), "--reason", "one threshold for all", "--effective", "now")
    now = in_force(db, "--school", name)["mastery"]
    assert now["secure_at"] == 0.95 and now["nearly_at"] == 0.85
    assert waymark("check", "--db", db.url, "--json").json["ok"]


def moves(tried):
    return {(int(c["learner_id"]), int(c["competency_id"])): (c["from"], c["to"]) for c in tried["changes"]}


def applied(before, after):
    names = ["not_yet", "started", "nearly", "secure"]
    return {k: (names[before[k]], names[after[k]]) for k in after if before[k] != after[k]}


def test_a_what_if_where_schools_differ(db, worked, document):
    [[home]] = db.rows(f"SELECT MAX(org_id) FROM user_role WHERE user_id = {worked.school.student.id} AND role = 'student'")
    paths = ("mastery.secure_at", "mastery.nearly_at", "mastery.least_evidence")
    policy(db, "set", document({"about": {p: {"lock": "open"} for p in paths}}), "--reason", "schools may choose", "--effective", "now")
    for scope, doc in ((("--school", home), WEAK), ((), {"mastery": {"secure_at": 0.7, "nearly_at": 0.65}}), ((), {"about": {paths[0]: {"lock": "locked"}}}),
                       (("--school", home), {"mastery": {"least_evidence": 9}})):
        before = levels(db)
        tried = waymark("rebuild", "--what-if", document(doc), *scope, "--db", db.url, "--json").json
        assert levels(db) == before
        policy(db, "set", document(doc), *scope, "--reason", "as tried", "--effective", "now")
        assert moves(tried) == applied(before, levels(db)), (scope, doc)
    r = waymark("rebuild", "--what-if", document({"mastery": {"secure_at": 0.9}}), "--school", home, "--db", db.url, expect=4)
    assert "locked" in r.err


def random_policy(rng):
    def rule():
        kind = rng.choice(["model", "recent", "sustained", "decaying", "mode", "judgement", "lasting"])
        secure = rng.uniform(0.5, 0.99)
        of_last = rng.randint(1, 12)
        return {"rule": kind, "secure_at": round(secure, 3), "nearly_at": round(rng.uniform(0.3, secure), 3) if secure > 0.31 else 0.3, "least_evidence": rng.randint(1, 6),
                "times": rng.randint(1, min(of_last, 5)), "of_last": of_last, "newest_weight": round(rng.uniform(0.1, 0.9), 3), "off_screen": rng.choice([0, 0, 1]),
                "gap_days": rng.choice([0, 0, 1]), "after_hint": rng.choice(["practice", "not_alone"]), "seen_right_at": round(rng.uniform(0.3, 1), 3)}
    return {"mastery": rule() | {"by_type": {"Standard": rule(), "Practice": rule()}}}


@pytest.mark.parametrize("seed", [1, 2])
def test_levels_as_they_were_and_rebuilt(db, school, worked, serve, document, seed):
    """Random histories under random rules: what is stored is rebuilt byte for byte, and any moment's levels are what was stored then."""
    rng, seen = random.Random(seed), []
    for turn in range(3):
        doc = random_policy(rng)
        tried = waymark("rebuild", "--what-if", document(doc), "--db", db.url, "--json").json
        before = levels(db)
        policy(db, "set", document(doc), "--reason", f"turn {turn}", "--effective", "now")
        assert moves(tried) == applied(before, levels(db)), doc
        server = serve()
        for key in rng.sample(["student", "load0", "load1", "load2"], 2):
            c = Client(server.port, school.users[key].token)
            for _ in range(rng.randint(3, 9)):
                assert worked.post(c, worked.new(key, rng)).status == 200
            c.close()
        server.stop()
        assert waymark("check", "--db", db.url, "--json").json["ok"], doc
        digest = waymark("check", "--db", db.url, "--digest").out
        db.execute(f"DELETE FROM mastery WHERE competency_id % 3 = {turn}")
        db.execute("UPDATE mastery SET level = 0")
        db.execute("DELETE FROM learner_state WHERE learner_id % 2 = 0")
        waymark("rebuild", "--db", db.url)
        assert waymark("check", "--db", db.url, "--digest").out == digest
        time.sleep(0.05)
        seen.append((time.time(), stored(db)))
        time.sleep(0.05)
    for at, then in seen:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03}Z"
        was = waymark("rebuild", "--as-of", stamp, "--db", db.url, "--json").json
        assert {(int(l["learner_id"]), int(l["competency_id"])): (l["level"], l["p_known"], l["evidence_count"]) for l in was["levels"]} == then
        assert sum(was["held"].values()) == len(then)
    assert waymark("rebuild", "--as-of", "2020-01-01", "--db", db.url, "--json").json["levels"] == []


def stored(db):
    names = ["not_yet", "started", "nearly", "secure"]
    return {(int(a), int(b)): (names[int(c)], float(p), int(n)) for a, b, c, p, n in db.rows("SELECT learner_id, competency_id, level, p_known, evidence_count FROM mastery")}


def test_rules_that_come_into_force_while_it_serves_are_derived_by(db, worked, serve, document):
    soon = time.time() + 4
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(soon)) + "Z"
    before = levels(db)
    tried = waymark("rebuild", "--what-if", document(WEAK), "--db", db.url, "--json").json
    policy(db, "set", document(WEAK), "--reason", "from a moment on", "--effective", stamp)
    assert levels(db) == before
    server = serve()
    eventually(lambda: levels(db) != before, "the rules")
    eventually(lambda: db.rows("SELECT COUNT(*) FROM policy WHERE derived_at_ms IS NULL") == [["0"]], "the last level")
    assert moves(tried) == applied(before, levels(db)) != {}
    server.stop()
    assert waymark("check", "--db", db.url, "--json").json["ok"]


def test_versions_are_told_apart_in_words(document):
    r = waymark("policy", "diff", document({}), document({"mastery": {"secure_at": 0.9, "rule": "recent"}}), "--json")
    assert any("from 95% to 90%" in line for line in r.json) and any("right on enough recent answers" in line for line in r.json), r


def test_the_page_of_settings_is_the_table():
    page = (pathlib.Path(__file__).parents[2] / "docs/policy.md").read_text()
    assert page.endswith(waymark("policy", "settings").out), "docs/policy.md is behind: end it with `waymark policy settings`"


def test_a_setting_that_nothing_obeys_is_kept_and_not_shown(clients, school, db, document):
    """Documents that hold one stay valid, later versions carry it, and no page, preview or value list recites it."""
    held = {"agency": {"least": 2, "most": 2}, "screen": {"minutes_k_2": 7}, "work": {"together_share": 0.4}, "reports": {"survey_weeks": 9}, "records": {"retention_years": 3}}
    district = clients("district", session=True)
    assert district.post("/rules", form={"doc": json.dumps(held), "reason": "agreed last year"}).status == 303
    tried = district.post("/rules/try", form={"doc": json.dumps({"screen": {"minutes_3_5": 11}}), "mastery.review_after_days": "20"})
    assert tried.status == 200
    for shown in (district.get("/rules").text, tried.text, waymark("policy", "show", "--db", db.url).out.split("{")[0]):
        for path in ("agency.least", "screen.minutes", "work.together_share", "reports.survey_weeks", "records.retention_years", "Screen time limit", "student choice"):
            assert path not in shown.split("<textarea")[0], path
    assert district.post("/rules", form={"mastery.review_after_days": "20", "agency.least": "4", "reason": "sooner"}).status == 303
    now = in_force(db)
    assert {k: now[k] for k in held} == held and now["mastery"]["review_after_days"] == 20, now
    policy(db, "set", document({"agency": {"least": 4}}), "--reason", "above the most", expect=1)
    assert waymark("check", "--db", db.url).code == 0


def test_a_class_sets_what_its_school_leaves_open(clients, school, db):
    """Within bounds, with a reason, and it holds in that class alone: for what comes next, and for the teacher's queue."""
    teacher, page = clients("teacher", session=True), f"/class/{school.classes['c1']}/rules"
    shown = teacher.get(page).text
    assert 'name="mastery.review_after_days"' in shown and "mastery.secure_at" not in shown, "levels mean the same in every class"
    for wrong in ({"mastery.review_after_days": "0"}, {"mastery.review_after_days": "soon"}, {"mastery.review_after_days": "30", "reason": ""}, {"mastery.review_after_days": ""}):
        assert teacher.post(page, form={"reason": "short terms", **wrong}).status in (400, 403), wrong
    # The district bounds it for all below.
    assert clients("district", session=True).post("/rules", form={"mastery.review_after_days.least": "7", "mastery.review_after_days.most": "60", "reason": "not every day, and not once a year"}).status == 303
    bounded = teacher.post(page, form={"mastery.review_after_days": "2", "reason": "short terms"})
    assert bounded.status == 403 and "mastery.review_after_days" in bounded.text
    assert teacher.post(page, form={"mastery.review_after_days": "9", "mastery.stuck_after": "3", "mastery.stuck_below": "90", "reason": "short terms"}).status == 303
    assert 'value="9"' in teacher.get(page).text and "short terms" in teacher.get(page).text
    assert 'value="9"' not in clients("teacher2", session=True).get(f"/class/{school.classes['c2']}/rules").text
    assert clients("teacher2", session=True).post(page, form={"mastery.review_after_days": "9", "reason": "x"}).status == 403
    # stuck after three in this class: the queue says so here, where the school's six would not.
    me, ledger = clients("student"), []
    item = me.next()
    for i in range(4):
        me.answer(item, school.wrong(item["item_id"]))
        item = me.next()
    reasons = {e["reason"]["code"] for e in clients("teacher").get(f"/api/v1/classes/{school.classes['c1']}/queue").json["entries"] if e["learner_id"] == school.student.id}
    assert "stuck" in reasons or "same_error" in reasons, reasons
    # Empty again: as the school has it. And the district's lock later makes it void, without a trace of it in levels.
    assert teacher.post(page, form={"mastery.review_after_days": "", "mastery.stuck_after": "3", "reason": "as before"}).status == 303
    assert 'value="9"' not in teacher.get(page).text
    assert clients("district", session=True).post("/rules", form={"mastery.stuck_after.lock": "locked", "reason": "the same for all"}).status == 303
    assert "locked by the school" in teacher.get(page).text
    assert waymark("check", "--db", db.url).code == 0


def test_a_students_rules_are_what_the_class_leaves_open(db, school, tmp_path):
    doc = tmp_path / "p.json"
    doc.write_text('{"agency": {"most": 2}}')
    assert waymark("policy", "set", doc, "--db", db.url, "--learner", "q.alder", "--reason", "agreed with the family").code == 0
    doc.write_text('{"work": {"together_share": 0.4}}')
    waymark("policy", "set", doc, "--db", db.url, "--learner", "q.alder", "--reason", "x", expect=4)
    waymark("policy", "set", doc, "--db", db.url, "--class", "Algebra 8 Blue", "--reason", "short terms")
    waymark("policy", "set", doc, "--db", db.url, "--class", "no such class", "--reason", "x", expect=3)
    assert [r for r in db.rows("SELECT scope FROM policy ORDER BY policy_id")][-2:] == [["learner"], ["class"]]
    assert waymark("check", "--db", db.url).code == 0


def test_a_teacher_sets_what_is_left_open_for_one_student(clients, school, db):
    """Bounds come from the district, the school and the class; what comes next goes by it, and by nobody else's."""
    teacher, page = clients("teacher", session=True), f"/student/{school.student.id}/rules"
    shown = teacher.get(page).text
    assert 'name="mastery.review_after_days"' in shown and "mastery.secure_at" not in shown and "work.together_share" not in shown
    assert teacher.post(page, form={"mastery.review_after_days": "0", "reason": "sooner"}).status == 403
    assert clients("principal", session=True).post("/rules", form={"mastery.review_after_days.least": "5", "reason": "not every day"}).status == 303
    assert teacher.post(page, form={"mastery.review_after_days": "2", "reason": "sooner"}).status == 403
    assert teacher.post(page, form={"mastery.review_after_days": "6", "reason": ""}).status == 400
    assert teacher.post(page, form={"mastery.review_after_days": "6", "reason": "sooner"}).status == 303
    assert 'value="6"' in teacher.get(page).text and "sooner" in teacher.get(page).text
    why = lambda key, who: clients(key).get(f"/api/v1/learners/{school.users[who].id}/next/why").json["review_after_days"]
    assert why("teacher", "student") == why("student", "student") == why("guardian", "student") == 6
    assert why("teacher", "classmate") == 21
    assert clients("teacher2", session=True).post(page, form={"mastery.review_after_days": "6", "reason": "x"}).status == 403
    # Locked by the school: what was set is void.
    assert clients("principal", session=True).post("/rules", form={"mastery.review_after_days.lock": "locked", "reason": "the same for all"}).status == 303
    assert why("student", "student") == 21 and "locked by the school" in teacher.get(page).text
    assert teacher.post(page, form={"mastery.review_after_days": "7", "reason": "x"}).status == 403


def test_a_class_binds_its_students_within_what_is_open_to_it(clients, school, db, document):
    """Locks and bounds of a class: refused below with its name and clause, shown on the student's rules, never looser than above."""
    teacher, district = clients("teacher", session=True), clients("district", session=True)
    page, student = f"/class/{school.classes['c1']}/rules", f"/student/{school.student.id}/rules"
    shown = teacher.get(page).text
    assert 'name="mastery.review_after_days.lock"' in shown and "work.together_share.lock" not in shown, "what no student's rules may set cannot be bound"
    assert teacher.post(student, form={"mastery.review_after_days": "40", "reason": "later"}).status == 303
    bound = {"mastery.review_after_days.least": "7", "mastery.review_after_days.most": "30", "pace.behind_weeks.lock": "locked", "mastery.stuck_below.most": "50", "reason": "the same rhythm for the room"}
    assert teacher.post(page, form=bound).status == 303
    assert json.loads(db.rows("SELECT doc FROM policy ORDER BY policy_id DESC LIMIT 1")[0][0])["about"] == {"mastery.review_after_days": {"least": 7, "most": 30}, "pace.behind_weeks": {"lock": "locked"}, "mastery.stuck_below": {"most": 0.5}}
    again = teacher.get(page).text
    assert 'name="mastery.review_after_days.least" value="7"' in again and "same for the whole class" in again and 'name="mastery.stuck_below.most" value="50"' in again
    # What stood in a student's rules before is void now; what is said anew is refused, with the class and its clause.
    why = lambda key, who: clients(key).get(f"/api/v1/learners/{school.users[who].id}/next/why").json["review_after_days"]
    assert why("student", "student") == 21
    for form, name in (({"mastery.review_after_days": "31"}, "/mastery/review_after_days"), ({"pace.behind_weeks": "3"}, "/pace/behind_weeks"), ({"mastery.stuck_below": "60"}, "/mastery/stuck_below")):
        refused = teacher.post(student, form=form | {"reason": "x"})
        assert refused.status == 403 and "Algebra 8 Blue" in refused.text and name in refused.text, (form, refused.text[:500])
    told = waymark("policy", "check", document({"pace": {"behind_weeks": 3}}), "--db", db.url, "--learner", "q.alder", expect=None)
    assert told.code == 4 and "Algebra 8 Blue" in told.err and "/about/pace.behind_weeks/lock" in told.err
    told = waymark("policy", "check", document({"mastery": {"review_after_days": 3}}), "--db", db.url, "--learner", "q.alder", expect=None)
    assert told.code == 4 and "/about/mastery.review_after_days/least, most" in told.err
    assert teacher.post(student, form={"mastery.review_after_days": "8", "reason": "sooner"}).status == 303
    assert why("student", "student") == 8 and why("teacher", "classmate") == 21
    seen = teacher.get(student).text
    assert "7 to 30" in seen and "set by Algebra 8 Blue" in seen and "locked by Algebra 8 Blue" in seen and 'name="pace.behind_weeks"' not in seen
    # Another class's students are not bound by it.
    other = clients("teacher2", session=True)
    assert other.post(f"/student/{school.student2.id}/rules", form={"mastery.review_after_days": "40", "pace.behind_weeks": "3", "reason": "x"}).status == 303
    # Never looser than above, and never so that nothing is left.
    assert clients("principal", session=True).post("/rules", form={"mastery.review_after_days.least": "6", "reason": "not every day"}).status == 303
    for form, clause in (({"mastery.review_after_days.least": "5"}, "/about/mastery.review_after_days/least"), ({"mastery.review_after_days.least": "31"}, "/about/mastery.review_after_days/least"), ({"mastery.review_after_days.most": "soon"}, "")):
        refused = teacher.post(page, form=form | {"reason": "x"})
        assert refused.status in (400, 403) and clause in refused.text, (form, refused.text[:300])
    for scope, name, doc in (("--class", "Algebra 8 Blue", {"about": {"work.together_share": {"lock": "locked"}}}), ("--learner", "q.alder", {"about": {"pace.behind_weeks": {"lock": "locked"}}})):
        told = waymark("policy", "check", document(doc), "--db", db.url, scope, name, expect=None)
        assert told.code == 4 and "/lock" in told.err, told
    # Taken back: open again.
    assert teacher.post(page, form={"pace.behind_weeks.lock": "open", "mastery.review_after_days.most": "", "reason": "agreed anew"}).status == 303
    assert teacher.post(student, form={"mastery.review_after_days": "40", "pace.behind_weeks": "3", "reason": "x"}).status == 303
    assert why("student", "student") == 40
    assert waymark("check", "--db", db.url).code == 0


def test_a_school_may_bind_its_classes_but_not_unbind_them(clients, school, db, document):
    district, principal, teacher, page = (clients("district", session=True), clients("principal", session=True), clients("teacher", session=True), f"/class/{school.classes['c1']}/rules")
    assert district.post("/rules", form={"mastery.review_after_days.least": "10", "mastery.stuck_after.lock": "locked", "reason": "bounds"}).status == 303
    for form, clause in (({"doc": json.dumps({"about": {"mastery.review_after_days": {"least": 1}}})}, "/about/mastery.review_after_days/least"),
                         ({"doc": json.dumps({"about": {"mastery.stuck_after": {"lock": "open"}}})}, "/about/mastery.stuck_after/lock")):
        refused = principal.post("/rules", form=form | {"reason": "looser"})
        assert refused.status in (400, 403), (form, refused)
    waiver = document({"about": {"mastery.secure_at": {"open_for": {"1": True}}}})
    told = waymark("policy", "check", waiver, "--db", db.url, "--school", "Alder School", expect=None)
    assert told.code == 4 and "/about/mastery.secure_at/open_for" in told.err
    assert principal.post("/rules", form={"mastery.review_after_days.most": "30", "reason": "tighter"}).status == 303
    assert teacher.post(page, form={"mastery.review_after_days": "31", "reason": "x"}).status == 403
    assert teacher.post(page, form={"mastery.review_after_days": "9", "reason": "x"}).status == 403
    assert teacher.post(page, form={"mastery.review_after_days": "29", "reason": "x"}).status == 303
    # What stood in a school's document before the district bound it does not outlive that.
    assert district.post("/rules", form={"mastery.review_after_days.most": "25", "reason": "tighter still"}).status == 303
    assert teacher.post(page, form={"mastery.review_after_days": "28", "reason": "x"}).status == 403


def test_the_school_of_today_chooses_the_rules(db, school, worked, document, serve):
    """A role that has ended or not yet begun chooses none, while another holds; who has none today keeps the last."""
    me = school.student.id
    [[home, name], [other, _]] = db.rows("SELECT org_id, name FROM org WHERE type = 'school' ORDER BY CASE WHEN org_id = (SELECT MIN(org_id) FROM user_role WHERE role = 'student' AND user_id = %s) THEN 0 ELSE 1 END, org_id DESC LIMIT 2" % me)
    about = {p: {"lock": "open"} for p in ("mastery.secure_at", "mastery.nearly_at", "mastery.least_evidence")}
    policy(db, "set", document({"about": about}), "--reason", "schools may choose", "--effective", "now")
    policy(db, "set", document(WEAK), "--school", name, "--reason", "ours", "--effective", "now")
    [[district]] = db.rows("SELECT district_id FROM district WHERE district_id > 0")
    day = int(time.time() // 86400)

    def roles(**dates):
        db.execute(f"DELETE FROM user_role WHERE user_id = {me} AND role = 'student'")
        for org, (first, last) in dates.items():
            db.execute(f"INSERT INTO user_role (district_id, user_id, org_id, role, starts_on, ends_on, status) VALUES ({district}, {me}, {home if org == 'home' else other}, 'student', {first}, {last}, 'active')")

    def levels():
        return db.rows(f"SELECT competency_id, level FROM mastery WHERE learner_id = {me} ORDER BY competency_id")

    roles(other=("NULL", "NULL"))
    waymark("rebuild", "--db", db.url)
    of_other = levels()
    roles(home=("NULL", "NULL"))
    waymark("rebuild", "--db", db.url)
    of_home = levels()
    assert of_home != of_other

    for want, dates in ((False, {"home": ("NULL", day - 1), "other": (day, "NULL")}), (True, {"home": (day, day), "other": (day + 1, "NULL")}),
                        (False, {"home": (day + 1, "NULL"), "other": ("NULL", "NULL")}), (False, {"home": (day + 1, "NULL")}), (True, {"home": (day - 9, day - 2), "other": (day - 30, day - 20)})):
        roles(**dates)
        waymark("rebuild", "--db", db.url)
        assert levels() == (of_home if want else of_other), dates
    # A server that runs follows without being told, and what is stored stays what the facts give.
    roles(home=("NULL", day - 1), other=(day, "NULL"))
    serve()
    eventually(lambda: levels() == of_other, "the rules of the other school")
    assert waymark("check", "--db", db.url, "--json").json["ok"]
