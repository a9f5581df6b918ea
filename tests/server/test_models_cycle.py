"""The cycle of a district's models where it could go wrong: too few students, nothing to tell them apart, rules that make other evidence of the
same answers, versions that come meanwhile, an import meanwhile; and what was so before a version is so after it."""
import json
import math
import random
import shutil
import signal
import subprocess
import time

import pytest
from client import Client
from harness import PROGRAM, ROOT, environment, eventually, waymark
from test_models_server import BEGIN, DAY, LEARNERS, evidence, held_back, models, refit, skills_of, stored, strengths, truth, write_facts  # noqa: F401


def numbers(x):
    """All numbers in a document."""
    if isinstance(x, dict):
        return [n for v in x.values() for n in numbers(v)]
    if isinstance(x, list):
        return [n for v in x for n in numbers(v)]
    return [x] if isinstance(x, (int, float)) and not isinstance(x, bool) else []


def all_models(db):
    return [json.loads(doc) for doc, in db.rows("SELECT doc FROM model ORDER BY model_id")]


def is_sound(db):
    return waymark("check", "--db", db.url, "--json").json["ok"]


def rules(db, tmp_path, doc):
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(doc))
    waymark("policy", "set", path, "--db", db.url, "--reason", "a test", "--effective", "now")
    waymark("rebuild", "--db", db.url)


@pytest.mark.parametrize("students", [0, 3])
def test_a_school_of_few(students, db, school):
    write_facts(db, LEARNERS[:students], 200, BEGIN, truth(1))
    waymark("rebuild", "--db", db.url)
    before = stored(db)
    r = refit(db).json
    for fit in (r, r["questions"]):
        assert (fit["verdict"], fit["reason"], fit["model_id"]) == ("too_little", "few_learners", None)
        assert fit["learners"] + fit["held_learners"] == students
        assert all(map(math.isfinite, numbers(fit["report"])))
    assert len(all_models(db)) == 1 and stored(db) == before
    if students:
        assert refit(db).json["verdict"] == "same"
    assert waymark("model", "versions", "--db", db.url).out.count("too_little") == 2


@pytest.mark.parametrize("right", [1, 0])
def test_all_right_and_all_wrong(right, db, serve, school):
    """There is nothing to tell students, skills or questions apart by: a defined result, of numbers that can be served."""
    write_facts(db, LEARNERS, 40, BEGIN, lambda who, item, known: right)
    waymark("rebuild", "--db", db.url)
    r = refit(db).json
    for fit in (r, r["questions"]):
        assert fit["verdict"] in ("live", "not_better") and all(map(math.isfinite, numbers(fit["report"])))
    assert r["verdict"] == "live" and r["report"]["fitted"]["skills_own"] == 0, "on a bound, a skill has no parameters of its own"
    for p in (all_models(db)[-1].get("default"), models(db)[-1][1]["default"]):
        assert p is None or (all(0 < v < 1 for v in p.values()) and p["guess"] + p["slip"] < 1)
    s = serve()
    c = Client(s.port, school.users["student"].token)
    item = c.next()
    assert c.answer(item, school.right(item["item_id"])).status == 200
    c.close()
    s.stop()
    assert is_sound(db)


def test_one_skill(db, school):
    write_facts(db, LEARNERS, 40, BEGIN, truth(1), items=list(skills_of(db).values())[:1])
    waymark("rebuild", "--db", db.url)
    r = refit(db).json
    # Of a question that is answered again and again only each variant's first attempt counts; write_facts() gives each its own.
    assert (r["verdict"], r["answers"] + r["held_answers"]) == ("live", 40 * len(LEARNERS))
    assert len(models(db)[-1][1]["by_competency"]) == 1 and is_sound(db)
    [p] = models(db)[-1][1]["by_competency"].values()
    assert abs(p["guess"] - .35) < .12 and abs(p["learn"] - .25) < .15 and abs(p["slip"] - .05) < .08


def test_no_gain_is_no_version(evidence):
    """More of the same: the version in force says it all already."""
    db = evidence
    assert refit(db).json["verdict"] == "live"
    write_facts(db, [w for w in LEARNERS if not held_back(w)][:1], 1, BEGIN + 20 * DAY, truth(8))
    waymark("rebuild", "--db", db.url)
    r = refit(db).json
    assert (r["verdict"], r["model_id"], len(models(db))) == ("not_better", None, 2)
    mean = r["report"]["difference"]["mean"]
    assert 0 < abs(mean) < r["report"]["gain_least"] and r["reason"] == ("worse" if mean > 0 else "no_gain")


def test_unsure_is_no_version(db, school):
    """Better on the whole by the luck of a few, and for the rest who knows: the interval reaches beyond what is borne."""
    rng, true = random.Random(6), truth(7)
    held = [w for w in LEARNERS if held_back(w)]
    others = {w for n, w in enumerate(held) if n % 8 < 3}  # they answer much less well than those that it is fitted to

    def draw(who, item, known):
        return int(rng.random() < .5) if who in others else true(who, item, known)

    write_facts(db, LEARNERS, 40, BEGIN, draw)
    waymark("rebuild", "--db", db.url)
    r = refit(db).json
    d = r["report"]["difference"]
    assert (r["verdict"], r["model_id"], len(models(db))) == ("not_better", None, 1)
    assert (r["reason"] == "unsure" and d["mean"] < -r["report"]["gain_least"] and d["high"] > r["report"]["margin"]), d


def test_worse_weights_of_questions_stay_out(db, school):
    items = list(skills_of(db).values())[:4]
    hard = {item: -2 + 4 * n / 3 for n, (item, _) in enumerate(items)}
    write_facts(db, LEARNERS, 40, BEGIN, strengths(11, hard))
    waymark("rebuild", "--db", db.url)
    first = refit(db).json["questions"]
    assert first["verdict"] == "live"
    # Those it is fitted to find hard what is easy; those it is judged on do not.
    other, same = strengths(12, {i: -h for i, h in hard.items()}), strengths(13, hard)
    write_facts(db, LEARNERS, 80, BEGIN + 20 * DAY, lambda who, item, known: (same if held_back(who) else other)(who, item, known))
    waymark("rebuild", "--db", db.url)
    r = refit(db).json["questions"]
    assert (r["verdict"], r["reason"], r["model_id"], r["against_id"]) == ("not_better", "worse", None, first["model_id"])
    assert waymark("model", "versions", "--db", db.url, "--json").json["questions_in_force"] == first["model_id"]


def test_other_rules_make_other_evidence_of_the_same_answers(evidence, tmp_path):
    """An answer after a hint is practice, or it is wrong: the same facts, and not the same to be fitted to."""
    db = evidence
    first = refit(db).json
    left_out = first["report"]["fitted"]["left_out_with_hints"]
    assert left_out > 100 and refit(db).json["verdict"] == "same"
    rules(db, tmp_path, {"mastery": {"after_hint": "not_alone"}})
    r = refit(db).json
    assert r["verdict"] != "same" and r["report"]["fitted"]["left_out_with_hints"] == 0
    assert r["answers"] == first["answers"] + left_out and r["answers"] + r["held_answers"] == 40 * len(LEARNERS)
    assert (r["first_at"], r["last_at"]) == (first["first_at"], first["last_at"])
    assert refit(db).json["verdict"] == "same" and is_sound(db)


def test_a_withdrawn_answer_is_not_fitted_to(evidence):
    db = evidence
    first = refit(db).json
    [[district]] = db.rows("SELECT district_id FROM district")
    who = next(w for w in LEARNERS if not held_back(w))
    [[gone]] = db.rows(f"SELECT evidence_id FROM evidence WHERE learner_id = {who} AND hints = 0 ORDER BY evidence_id LIMIT 1")
    [[last, policy, model]] = db.rows(f"SELECT MAX(evidence_id), MAX(policy_id), MAX(model_id) FROM evidence WHERE learner_id = {who}")
    db.execute("INSERT INTO evidence (district_id, learner_id, evidence_id, client_id, kind, item_version, variant, score, attempt, hints, took_ms, answered_at_ms, school_date, policy_id, model_id, replaces_id, shown_error) "
               f"VALUES ({district}, {who}, {int(last) + 1}, 'withdrawn-1', 3, 0, 0, 0, 0, 0, 0, {BEGIN + DAY}, 20000, {policy}, {model}, {gone}, 0)")
    waymark("rebuild", "--db", db.url)
    r = refit(db).json
    assert r["verdict"] != "same" and r["answers"] == first["answers"] - 1
    assert refit(db).json["verdict"] == "same" and is_sound(db)


def test_what_was_so_before_a_version_is_so_after_it(db, serve, school):
    """As of any time, levels and what they come from; and each estimate names the version that it goes by."""
    write_facts(db, LEARNERS, 40, BEGIN, truth(1))
    waymark("rebuild", "--db", db.url)
    s = serve()
    c, other = Client(s.port, school.users["student"].token), Client(s.port, school.classmate.token)
    me = f"/api/v1/learners/{school.student.id}"

    def work(n, name):
        for i in range(n):
            item = c.next()
            assert c.answer(item, school.right(item["item_id"]), client_id=f"{name}-{i:05}").status == 200

    def taken_up(version):
        """Another student's answers go by the version that the server has."""
        item = other.next()
        assert other.answer(item, school.right(item["item_id"])).status == 200
        return db.rows(f"SELECT model_id FROM evidence WHERE learner_id = {school.classmate.id} ORDER BY evidence_id DESC LIMIT 1") == [[version]]

    [[first]] = db.rows("SELECT model_id FROM model WHERE kind = 'bkt'")
    work(6, "before")
    time.sleep(1.1)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    time.sleep(1.1)
    before = c.get(f"{me}/mastery").json["competencies"]
    live = refit(db).json
    assert live["verdict"] == "live"
    eventually(lambda: taken_up(live["model_id"]), "the version that went live")
    assert c.get(f"{me}/mastery").json["competencies"] == before, "no level moves by a version"
    work(6, "after")
    assert c.get(f"{me}/mastery?as_of={stamp}").json["competencies"] == before
    now = c.get(f"{me}/mastery").json["competencies"]
    assert now != before
    told = set()
    for k in now:
        why = c.get(f"{me}/mastery/{k['competency_id']}/why").json
        named = db.rows(f"SELECT m.model_id FROM mastery m WHERE m.learner_id = {school.student.id} AND m.competency_id = {k['competency_id']}")
        assert named == [[why["model_version"]]] and why["steps"][-1]["model_version"] == why["model_version"]
        told |= {step["model_version"] for step in why["steps"]}
    assert told == {first, live["model_id"]}
    # Taken back, it is the same once more: what was recorded meanwhile goes by the version that was in force.
    between = c.get(f"{me}/mastery").json["competencies"]
    back = waymark("model", "take-back", "--db", db.url, "--json").json["model_id"]
    assert c.get(f"{me}/mastery").json["competencies"] == between
    eventually(lambda: taken_up(back), "the version that was taken back to")
    work(1, "back")
    assert db.rows(f"SELECT model_id FROM evidence WHERE learner_id = {school.student.id} ORDER BY evidence_id DESC LIMIT 1") == [[back]]
    assert c.get(f"{me}/mastery?as_of={stamp}").json["competencies"] == before
    c.close()
    other.close()
    s.stop()
    assert is_sound(db)


def test_a_version_that_comes_meanwhile_is_not_overtaken(evidence):
    """Taken back while a refit reads: what was judged against the version of before does not go live."""
    db = evidence
    assert refit(db).json["verdict"] == "live"
    write_facts(db, LEARNERS, 40, BEGIN + 20 * DAY, truth(9))
    waymark("rebuild", "--db", db.url)
    runs = int(db.rows("SELECT COUNT(*) FROM job_run")[0][0])
    p = subprocess.Popen([str(PROGRAM), "model", "refit", "--go-live", "--db", db.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    assert "reading" in p.stderr.readline()
    p.send_signal(signal.SIGSTOP)
    back = waymark("model", "take-back", "--db", db.url, "--json").json
    p.send_signal(signal.SIGCONT)
    out, err = p.communicate(timeout=60)
    if p.returncode == 0:  # it had ended before
        pytest.skip("the refit was quicker than the word to stop")
    assert "another version" in err, err
    listed = waymark("model", "versions", "--db", db.url, "--json").json
    assert listed["in_force"] == back["model_id"] and listed["fits"][0]["verdict"] == "taken_back" and len(models(db)) == 3
    assert db.rows("SELECT outcome FROM job_run ORDER BY run_id")[runs:] == [["failed"]] and db.rows("SELECT holder FROM job") == [["0"]]
    assert refit(db).json["verdict"] == "held" and is_sound(db)


def test_held_only_for_a_time(evidence):
    db = evidence
    refit(db)
    waymark("model", "take-back", "--db", db.url)
    assert refit(db).json["verdict"] == "held" and refit(db).json["verdict"] == "same"
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 27 * 86400))
    assert refit(db, "--now", later).json["verdict"] == "same"
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 29 * 86400))
    assert refit(db, "--now", later).json["verdict"] == "live", "the same facts, and nothing holds it any more"


def test_a_refit_during_an_import(evidence, tmp_path):
    """New questions and skills come while it reads; neither waits for the other for long, and both end well."""
    db = evidence
    write_facts(db, [8_000_000_000_000_000 + n for n in range(400)], 40, BEGIN, truth(6))
    waymark("rebuild", "--db", db.url)
    pack = tmp_path / "pack"
    shutil.copytree(ROOT / "content/starter", pack)
    items = int(db.rows("SELECT COUNT(*) FROM item")[0][0])
    fitting = subprocess.Popen([str(PROGRAM), "model", "refit", "--json", "--db", db.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    assert "reading" in fitting.stderr.readline()
    waymark("import", "--db", db.url, "pack", pack)
    out, err = fitting.communicate(timeout=120)
    assert fitting.returncode == 0, err
    r = json.loads(out)
    assert r["verdict"] == "live" and r["answers"] + r["held_answers"] + r["report"]["fitted"]["left_out_with_hints"] <= 40 * (len(LEARNERS) + 400)
    assert int(db.rows("SELECT COUNT(*) FROM item")[0][0]) > items
    # Who answers what came new is served by the pooled parameters, and the next night knows of it.
    assert refit(db).json["verdict"] in ("same", "not_better") and is_sound(db)
