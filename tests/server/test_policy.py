"""The school's rules: documents that are refused, what-if, a new version, schools with rules of their own, levels as they were."""
import json
import pathlib
import random

import pytest

from client import Client
from harness import waymark
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
    names = ["not_yet", "started", "nearly", "secure"]
    moved = {(int(c["learner_id"]), int(c["competency_id"])): (c["from"], c["to"]) for c in tried["changes"]}
    assert moved == {k: (names[before[k]], names[after[k]]) for k in after if before[k] != after[k]}
    assert waymark("check", "--db", db.url, "--json").json["ok"]


@pytest.mark.parametrize("rule", ["recent", "sustained", "decaying", "mode", "judgement"])
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
    [[district]] = db.rows("SELECT MIN(district_id) FROM district WHERE district_id > 0")
    db.execute(f"INSERT INTO academic_session (district_id, session_id, title, type, starts_on, ends_on, school_year, status) VALUES ({district}, 77, 'Spring', 'term', 30000, 30100, '2052', 'active')")
    done = policy(db, "set", document(WEAK), "--reason", "x").json
    assert done["effective_at"].startswith("2052-02-2"), done  # day 30000 is 2052-02-20
    assert policy(db, "set", document({"pace": {"behind_weeks": 3}}), "--reason", "sooner").json["effective_at"] < "2052"


def test_versions_are_told_apart_in_words(document):
    r = waymark("policy", "diff", document({}), document({"mastery": {"secure_at": 0.9, "rule": "recent"}}), "--json")
    assert any("0.9 instead of 0.95" in line for line in r.json) and any("right so often among the latest" in line for line in r.json), r


def test_the_page_of_settings_is_the_table():
    page = (pathlib.Path(__file__).parents[2] / "docs/policy.md").read_text()
    assert page.endswith(waymark("policy", "settings").out), "docs/policy.md is behind: end it with `waymark policy settings`"
