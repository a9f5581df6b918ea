"""The life of a district's models: fitted to its own evidence, judged on students held back, put in force from then on, taken back;
one at a time, and once a night."""
import contextlib
import datetime
import json
import math
import os
import random
import re
import signal
import sqlite3
import subprocess
import time

import pytest
from client import Client
from harness import environment, eventually, PROGRAM, waymark

EPOCH_MS = 1577836800000
MASK = (1 << 64) - 1
TRUTH = {"prior": .1, "learn": .25, "guess": .35, "slip": .05}


def held_back(learner_id):
    """One in five, by a mix of the id: as src/app/refit_data.c has it."""
    x = ((learner_id ^ (0x68656c64 * 0x9e3779b97f4a7c15)) + 0x9e3779b97f4a7c15) & MASK
    x = ((x ^ (x >> 30)) * 0xbf58476d1ce4e5b9) & MASK
    x = ((x ^ (x >> 27)) * 0x94d049bb133111eb) & MASK
    return (x ^ (x >> 31)) % 5 == 0


def skills_of(db):
    """Each competency with one question that is of it alone."""
    of = {}
    for item, version, n, skill in db.rows("SELECT i.item_id, i.version, COUNT(*), MIN(c.competency_id) FROM item i JOIN item_competency c ON c.item_id = i.item_id AND c.version = i.version WHERE i.status = 'active' GROUP BY i.item_id, i.version ORDER BY i.item_id"):
        if n == "1":
            of.setdefault(skill, (item, version))
    return of


def write_facts(db, learners, answers, begin_ms, draw, hints=False, items=None):
    """Facts of invented students, as the writer would have recorded them: rows of the table, one a minute."""
    [[district]] = db.rows("SELECT district_id FROM district")
    [[policy]] = db.rows("SELECT MAX(policy_id) FROM policy")
    [[model]] = db.rows("SELECT MAX(model_id) FROM model WHERE kind = 'bkt'")
    items = items or list(skills_of(db).values())[:4]
    rows = []
    for who in learners:
        known = {}
        for n in range(answers):
            at = begin_ms + n * 60000
            item, version = items[n % len(items)]
            score = draw(who, item, known)
            hint = 1 if hints and n % 7 == 0 else 0
            rows.append(f"({district}, {who}, {(at - EPOCH_MS) << 22 | (who % 1000)}, 'fact-{who}-{begin_ms}-{n}', 1, {item}, {version}, {begin_ms // 1000 + n}, NULL, {score}, 1, {hint}, 9000, {at}, {at // 86400000}, {policy}, {model}, NULL, NULL, 0, NULL)")
    for at in range(0, len(rows), 1000):
        db.execute("INSERT INTO evidence (district_id, learner_id, evidence_id, client_id, kind, item_id, item_version, variant, competency_id, score, attempt, hints, took_ms, answered_at_ms, school_date, policy_id, model_id, recorder_id, replaces_id, shown_error, checkpoint_id) VALUES "
                   + ",\n".join(rows[at:at + 1000]))


def truth(seed):
    rng = random.Random(seed)

    def draw(who, item, known):
        k = known.get(item)
        if k is None:
            k = rng.random() < TRUTH["prior"]
        right = rng.random() < (1 - TRUTH["slip"] if k else TRUTH["guess"])
        known[item] = k or rng.random() < TRUTH["learn"]
        return int(right)
    return draw


DAY = 86400000
BEGIN = 1788220800000  # a day in September 2026
LEARNERS = [7_000_000_000_000_000 + n * 977 for n in range(160)]


@pytest.fixture
def evidence(db):
    write_facts(db, LEARNERS, 40, BEGIN, truth(1), hints=True)
    waymark("rebuild", "--db", db.url)
    return db


def stored(db):
    blob = "hex(state)" if db.kind == "sqlite" else "encode(state, 'hex')"
    return db.rows(f"SELECT learner_id, version, {blob} FROM learner_state ORDER BY learner_id"), db.rows("SELECT * FROM mastery ORDER BY learner_id, competency_id")


def models(db):
    return [(r[0], json.loads(r[1])) for r in db.rows("SELECT model_id, doc FROM model WHERE kind = 'bkt' ORDER BY model_id")]


def refit(db, *more, expect=0):
    return waymark("model", "refit", "--db", db.url, "--json", *more, expect=expect)


def test_too_little_is_said_and_changes_nothing(db, school):
    before = models(db), stored(db)
    r = refit(db).json
    assert (r["verdict"], r["reason"], r["model_id"]) == ("too_little", "few_learners", None)
    assert (models(db), stored(db)) == before
    write_facts(db, LEARNERS[:60], 2, BEGIN, truth(1))
    waymark("rebuild", "--db", db.url)
    mine = sum(map(held_back, LEARNERS[:60]))
    r = refit(db).json
    assert r["verdict"] == "too_little" and r["held_learners"] == mine and r["learners"] == 60 - mine and len(models(db)) == 1
    write_facts(db, LEARNERS[60:], 2, BEGIN, truth(2))
    waymark("rebuild", "--db", db.url)
    r = refit(db).json
    assert (r["verdict"], r["reason"]) == ("too_little", "few_answers")
    assert "at least 500 are needed" in waymark("model", "versions", "--db", db.url).out
    assert [f["verdict"] for f in waymark("model", "versions", "--db", db.url, "--json").json["fits"]] == ["too_little"] * 6  # skills and questions


def test_a_version_goes_live_and_moves_nobody(evidence, serve, school):
    db = evidence
    s = serve()
    c = Client(s.port, school.users["student"].token)

    def one(n):
        item = c.next()
        r = c.answer(item, school.right(item["item_id"]), client_id=f"life-{n:04}")
        [[model]] = db.rows(f"SELECT model_id FROM evidence WHERE learner_id = {school.student.id} AND evidence_id = {r.json['evidence_id']}")
        return model

    [[first]] = db.rows("SELECT model_id FROM model WHERE kind = 'bkt'")
    assert one(1) == first
    before, digest = stored(db), waymark("check", "--db", db.url, "--digest").out
    tried = refit(db, "--dry-run").json
    assert tried["verdict"] == "live" and tried["model_id"] is None and tried["fit_id"] is None and len(models(db)) == 1 and db.rows("SELECT COUNT(*) FROM job_run") == [["0"]]
    r = refit(db).json
    assert (r["verdict"], r["reason"], r["against_id"]) == ("live", "better", first), r
    report = r["report"]
    assert report["difference"]["mean"] < 0 and report["difference"]["high"] <= report["margin"]
    assert report["candidate"]["rows"] == report["in_force"]["rows"] == r["held_answers"]
    assert tried["report"]["difference"] == report["difference"], "what is judged twice is judged the same"
    # Not a byte of what is stored has moved, and it is still what the facts give.
    assert stored(db) == before and waymark("check", "--db", db.url, "--digest").out == digest
    assert waymark("check", "--db", db.url, "--json").json["ok"]
    # The server takes it up by itself, and each fact from then on names it.
    until = time.monotonic() + 20
    n = 2
    while (named := one(n)) == first:
        assert time.monotonic() < until, "the running server does not take up the new version"
        time.sleep(.3)
        n += 1
    assert named == r["model_id"]
    [[skill]] = db.rows(f"SELECT competency_id FROM mastery WHERE learner_id = {school.student.id} AND model_id = {named} ORDER BY last_evidence_id DESC LIMIT 1")
    why = c.get(f"/api/v1/learners/{school.student.id}/mastery/{skill}/why").json
    assert why["model_version"] == named == why["steps"][-1]["model_version"]
    t = Client(s.port)
    t.sign_in(school.teacher.username, school.teacher.password)
    assert "Estimated with version 2" in t.get(f"/class/{school.classes['c1']}/cell?learner={school.student.id}&competency={skill}").text
    t.close()
    c.close()
    s.stop()
    check = waymark("check", "--db", db.url, "--json").json
    assert check["ok"]
    rebuilt = waymark("rebuild", "--db", db.url, "--json").json
    assert rebuilt["states_differed"] == rebuilt["rows_differed"] == 0
    assert waymark("check", "--db", db.url, "--digest").out.strip() == check["digest"]
    # What it found is near the truth, and it is a document of skills by their outside names.
    doc = models(db)[1][1]
    assert doc["before"] == first and doc["from"]["fit_id"] == r["fit_id"]
    uris = {u for u, in db.rows("SELECT uri FROM competency")}
    assert len(doc["by_competency"]) == 4 and set(doc["by_competency"]) <= uris
    for p in doc["by_competency"].values():
        assert abs(p["guess"] - TRUTH["guess"]) < .12 and abs(p["learn"] - TRUTH["learn"]) < .15 and abs(p["slip"] - TRUTH["slip"]) < .08, p
        assert p["guess"] + p["slip"] <= .9 and all(0 < v < 1 for v in p.values())


def test_what_is_judged_is_what_the_fold_predicts(evidence):
    """The figures of the version in force, by the textbook over the rows of the table."""
    db = evidence
    prior, learn, guess, slip = .3, .15, .2, .1
    skill_of = {item: skill for skill, (item, _) in skills_of(db).items()}
    losses, known, asked_with_hints = [], {}, 0
    for who, item, score, hints in db.rows("SELECT learner_id, item_id, score, hints FROM evidence WHERE kind = 1 ORDER BY learner_id, evidence_id"):
        if not held_back(int(who)):
            continue
        p = known.get((who, skill_of[item]), prior)
        if int(hints):  # by the usual rules practice: it may be learned from, and says nothing
            asked_with_hints += 1
        else:
            q, right = (1 - slip) * p + guess * (1 - p), float(score) >= 1
            losses.append(-math.log(q if right else 1 - q))
            p = p * (1 - slip) / q if right else p * slip / (1 - q)
        known[who, skill_of[item]] = min(p + (1 - p) * learn, .9999)
    r = refit(db, "--dry-run").json
    assert asked_with_hints > 50 and r["held_answers"] == len(losses) == r["questions"]["held_answers"]
    assert abs(r["report"]["in_force"]["log_loss"] - sum(losses) / len(losses)) < 1e-9
    assert r["report"]["fitted"]["left_out_with_hints"] > 100 and r["answers"] + len(losses) + r["report"]["fitted"]["left_out_with_hints"] + asked_with_hints == 40 * len(LEARNERS)


def test_packed_histories_are_read_and_the_rows_where_they_are_not_sound(evidence):
    """A fit is the same by either; what is packed is believed while it is whole."""
    db = evidence

    def fitted():
        r = refit(db, "--dry-run").json
        return r["learners"], r["answers"], r["report"], r["questions"]["report"]

    whole = fitted()
    assert int(db.rows("SELECT COUNT(*) FROM history")[0][0]) == len(LEARNERS)
    turned = "UPDATE evidence SET score = 1 - score"
    db.execute(turned)  # of which what is packed knows nothing
    assert fitted() == whole
    db.execute(turned)
    end = "CAST(substr(packed, 1, length(packed) - 4) || x'ffff0000' AS BLOB)" if db.kind == "sqlite" else r"substr(packed, 1, length(packed) - 4) || '\xffff0000'::bytea"
    db.execute(f"UPDATE history SET packed = {end} WHERE learner_id % 3 = 0")  # the last fact is of a kind that is not there
    db.execute("UPDATE history SET packed = substr(packed, 1, length(packed) - 3) WHERE learner_id % 3 = 1")
    db.execute("DELETE FROM history WHERE learner_id % 5 = 1")
    assert fitted() == whole
    db.execute(turned)
    assert fitted()[2] != whole[2]


def test_the_same_facts_make_no_second_version(evidence):
    assert refit(evidence).json["verdict"] == "live"
    again = refit(evidence).json
    assert again["verdict"] == again["questions"]["verdict"] == "same"
    assert len(models(evidence)) == 2 and evidence.rows("SELECT kind, COUNT(*) FROM model_fit GROUP BY kind ORDER BY kind") == [["bkt", "1"], ["items", "1"]]


def test_a_worse_candidate_stays_out(evidence):
    db = evidence
    assert refit(db).json["verdict"] == "live"
    live = models(db)
    # Those it is fitted to begin to answer by coin; those it is judged on do not.
    rng, true = random.Random(3), truth(4)
    write_facts(db, LEARNERS, 60, BEGIN + 20 * DAY, lambda who, item, known: true(who, item, known) if held_back(who) else int(rng.random() < .15))
    waymark("rebuild", "--db", db.url)
    before = stored(db)
    r = refit(db).json
    assert (r["verdict"], r["reason"], r["model_id"]) == ("not_better", "worse", None) and r["report"]["difference"]["mean"] > 0
    assert models(db) == live and stored(db) == before
    assert "worse than the current version’s" in waymark("model", "versions", "--db", db.url).out


def test_taken_back_and_held(evidence):
    db = evidence
    waymark("model", "take-back", "--db", db.url, expect=4)  # there is none before the first
    r = refit(db).json
    before, first = stored(db), models(db)[0]
    waymark("model", "take-back", "--db", db.url, "--reason", " ", expect=2)
    back = waymark("model", "take-back", "--db", db.url, "--reason", "Parents asked", "--json").json
    assert back["taken_back_id"] == r["model_id"] and stored(db) == before
    listed = waymark("model", "versions", "--db", db.url, "--json").json
    assert listed["in_force"] == back["model_id"]
    assert (listed["fits"][0]["verdict"], listed["fits"][0]["note"], listed["fits"][0]["against_id"]) == ("taken_back", "Parents asked", r["model_id"])
    assert models(db)[-1][1]["default"] == first[1]["default"] and "by_competency" not in models(db)[-1][1]
    waymark("model", "take-back", "--db", db.url, expect=4)
    # The program does not put it in force again by itself; a person may.
    assert refit(db).json["verdict"] == "held" and len(models(db)) == 3
    assert refit(db, "--go-live").json["verdict"] == "live" and len(models(db)) == 4
    assert waymark("check", "--db", db.url, "--json").json["ok"]


def test_taken_back_while_another_version_goes_live(evidence):
    """It waits for whoever is writing a version down, and takes that one back: not the one that was in force when it was asked."""
    db = evidence
    first = refit(db).json["model_id"]
    doc = json.dumps({**models(db)[-1][1], "before": first}).replace("'", "''")
    with db.transaction("UPDATE job SET holder = holder WHERE job = 'refit'; "
                        f"INSERT INTO model (district_id, model_id, kind, doc, effective_at_ms, recorded_at_ms) SELECT district_id, model_id + 1, kind, '{doc}', effective_at_ms, recorded_at_ms FROM model WHERE model_id = {first}"):
        p = subprocess.Popen([str(PROGRAM), "model", "take-back", "--db", db.url, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        with pytest.raises(subprocess.TimeoutExpired):
            p.communicate(timeout=2)
    out, said = p.communicate(timeout=60)
    assert p.returncode == 0, said
    assert json.loads(out)["taken_back_id"] == str(int(first) + 1)


def test_a_group_is_looked_at_and_small_ones_are_not_shown(evidence):
    db = evidence
    [[district]] = db.rows("SELECT district_id FROM district")
    held = [w for w in LEARNERS if held_back(w)]
    rows = [(n, w, "Reading help") for n, w in enumerate(held[:9])] + [(100 + n, w, "Rare program") for n, w in enumerate(held[9:11])]
    db.execute("INSERT INTO program_membership (district_id, program_id, learner_id, program, status) VALUES " + ", ".join(f"({district}, {n + 1}, {w}, '{p}', 'active')" for n, w, p in rows))
    with_groups = refit(db, "--dry-run").json
    groups = {g["group"]: g for g in with_groups["report"]["groups"]}
    assert set(groups) == {"Reading help"}, "two students are not shown, nor follow from what is"
    assert groups["Reading help"]["learners"] == 9 and with_groups["report"]["groups_hidden"] == 2
    for key in ("bias", "auc_low", "auc_high", "ece", "false_mastery", "false_non_mastery"):
        assert key in groups["Reading help"]["candidate"]
    figures = with_groups["report"]["candidate"]
    for key in ("bias", "false_mastery", "false_non_mastery"):
        assert figures[key]["low"] <= figures[key]["mean"] <= figures[key]["high"]
    # Nor is a group of nearly all, from which those who are not in it would follow.
    db.execute("DELETE FROM program_membership")
    db.execute("INSERT INTO program_membership (district_id, program_id, learner_id, program, status) VALUES " + ", ".join(f"({district}, {n + 1}, {w}, 'Lunch', 'active')" for n, w in enumerate(held[2:])))
    nearly_all = refit(db, "--dry-run").json["report"]
    assert nearly_all["groups"] == [] and nearly_all["groups_hidden"] == 2
    # Who is in a group is never given to a model: the parameters are the same without.
    db.execute("DELETE FROM program_membership")
    assert refit(db, "--dry-run").json["report"]["fitted"] == with_groups["report"]["fitted"]


def test_worse_for_a_group_stays_out(evidence):
    """Better on the whole, and beyond doubt worse for the students of one program: not put in force."""
    db = evidence
    [[district]] = db.rows("SELECT district_id FROM district")
    own = [w for w in (9_000_000_000_000_000 + n * 31 for n in range(400)) if held_back(w)][:5]
    # They never come to know it, and guess right less than others: for them the shipped parameters are the better ones.
    rng = random.Random(5)
    write_facts(db, own, 5, BEGIN, lambda who, item, known: int(rng.random() < .15))
    waymark("rebuild", "--db", db.url)
    db.execute("INSERT INTO program_membership (district_id, program_id, learner_id, program, status) VALUES " + ", ".join(f"({district}, {n + 1}, {w}, 'Bridge', 'active')" for n, w in enumerate(own)))
    r = refit(db, "--dry-run").json
    assert r["report"]["difference"]["mean"] < -r["report"]["gain_least"]
    assert (r["verdict"], r["reason"], r["report"]["worse_for"]) == ("not_better", "worse_for_group", "Bridge")
    db.execute("DELETE FROM program_membership")
    assert refit(db, "--dry-run").json["reason"] in ("better", "unsure")


def test_one_at_a_time(evidence):
    db = evidence
    [[district]] = db.rows("SELECT district_id FROM district")
    now = int(time.time() * 1000)
    db.execute(f"INSERT INTO job (district_id, job, holder, until_ms) VALUES ({district}, 'refit', 77, {now + 600000})")
    assert "another process" in refit(db, expect=4).err
    assert refit(db, "--dry-run").json["verdict"] == "live", "a dry run takes nobody's place"
    db.execute(f"UPDATE job SET until_ms = {now - 1}")  # a run that is not heard of any more
    four = [subprocess.Popen([str(PROGRAM), "model", "refit", "--db", db.url, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()) for _ in range(4)]
    said = [(p.communicate(timeout=120), p.returncode) for p in four]
    assert {code for _, code in said} <= {0, 4}, said
    verdicts = sorted(json.loads(out)["verdict"] for (out, _), code in said if code == 0)
    assert verdicts.count("live") == 1 and set(verdicts) <= {"live", "same"}
    assert len(models(db)) == 2 and db.rows("SELECT holder FROM job") == [["0"]]
    assert db.rows("SELECT COUNT(*) FROM job_run WHERE outcome = 'done'") == [[str(len(verdicts))]]


def test_its_place_is_taken_meanwhile(evidence):
    """Not heard of for so long that another process began: then it writes nothing, also where that one has written nothing yet."""
    db = evidence
    write_facts(db, [8_000_000_000_000_000 + n for n in range(300)], 60, BEGIN, truth(6))  # enough to take a while
    for _ in range(10):
        p = subprocess.Popen([str(PROGRAM), "model", "refit", "--db", db.url, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        assert "reading" in p.stderr.readline()
        db.execute(f"UPDATE job SET holder = 77, until_ms = {int(time.time() * 1000) + 600000} WHERE holder <> 0")
        in_time = db.rows("SELECT holder FROM job") == [["77"]] and db.rows("SELECT COUNT(*) FROM model_fit") == [["0"]]
        out, said = p.communicate(timeout=120)
        if in_time:
            break
        db.execute("DELETE FROM model_fit; DELETE FROM job_run; DELETE FROM job; DELETE FROM model WHERE model_id > (SELECT MIN(model_id) FROM model)")
    else:
        pytest.fail("it ends before its place can be taken")
    assert p.returncode == 1 and "taken over" in said and not out, (p.returncode, out[:300], said)
    assert len(models(db)) == 1 and db.rows("SELECT COUNT(*) FROM model_fit") == [["0"]]
    assert db.rows("SELECT outcome FROM job_run") == [["failed"]] and db.rows("SELECT holder FROM job") == [["77"]], "nor does it give up what is the other's"


def test_stopped_it_leaves_nothing_behind(evidence):
    db = evidence
    for _ in range(10):
        p = subprocess.Popen([str(PROGRAM), "model", "refit", "--db", db.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        p.stderr.readline()
        p.send_signal(signal.SIGTERM)
        p.communicate(timeout=60)
        if p.returncode == 1:
            break
        db.execute("DELETE FROM model_fit; DELETE FROM job_run; DELETE FROM model WHERE model_id > (SELECT MIN(model_id) FROM model)")
    else:
        pytest.fail("it ends before it can be stopped")
    assert db.rows("SELECT outcome FROM job_run") == [["stopped"]] and db.rows("SELECT holder FROM job") == [["0"]]
    assert len(models(db)) == 1 and db.rows("SELECT COUNT(*) FROM model_fit") == [["0"]]
    assert refit(db).json["verdict"] == "live"


def children_of(pid):
    return [int(p) for p in open(f"/proc/{pid}/task/{pid}/children").read().split()]


def test_the_server_does_it_once_a_night(evidence, serve):
    db = evidence
    db.execute("UPDATE org SET zone = 'America/Chicago'")
    # Half past two in Chicago.
    s = serve("--refit", "02:00", "--now", "2026-11-10T08:30:00Z")
    until = time.monotonic() + 60
    while db.rows("SELECT outcome, nightly FROM job_run") != [["done", "1"]]:
        assert time.monotonic() < until, s.log
        time.sleep(.2)
    assert len(models(db)) == 2
    [[night]] = db.rows("SELECT school_date FROM job_run")
    assert int(night) == (datetime.date(2026, 11, 10) - datetime.date(1970, 1, 1)).days
    s.stop()
    assert "begun as process" in s.log
    for now, hour, runs in (("2026-11-10T09:00:00Z", "02:00", 1), ("2026-11-11T07:30:00Z", "02:00", 1), ("2026-11-11T16:00:00Z", "02:00", 1), ("2026-11-11T08:30:00Z", "off", 1), ("2026-11-11T08:30:00Z", "02:00", 2)):
        s = serve("--refit", hour, "--now", now)
        until = time.monotonic() + (4 if runs == 1 else 60)
        while time.monotonic() < until and db.rows("SELECT COUNT(*) FROM job_run WHERE outcome = 'done'") != [["2"]]:
            time.sleep(.2)
        s.stop()
        assert db.rows("SELECT COUNT(*) FROM job_run") == [[str(runs)]], (now, hour, s.log)
    told = waymark("doctor", "--db", db.url, env=environment(WAYMARK_REFIT="03:15")).out
    assert "from 03:15 in the school's zone" in told and told.count("at night done") == 2


def test_the_child_is_niced_knows_no_password_by_its_arguments_and_ends_with_the_server(evidence, serve):
    db = evidence
    write_facts(db, [8_000_000_000_000_000 + n for n in range(300)], 60, BEGIN, truth(6))  # enough to take a while
    s = serve("--refit", "02:00", "--now", "2026-11-10T03:30:00Z", env=environment(WAYMARK_REFIT="off"))
    until = time.monotonic() + 60
    while not (kids := children_of(s.process.pid)):
        assert time.monotonic() < until, s.log
        time.sleep(.005)
    [kid] = kids
    argv, nice = "", 0
    until = time.monotonic() + 30
    while not ("model\0refit" in argv and nice >= 10):
        assert time.monotonic() < until, (argv, nice)
        argv = open(f"/proc/{kid}/cmdline").read()
        if "model\0refit" not in argv:  # still the server's own
            continue
        os.kill(kid, signal.SIGSTOP)  # so that it does not end meanwhile; and then it has to be killed
        nice = int(open(f"/proc/{kid}/stat").read().rsplit(")", 1)[1].split()[16])
        if nice < 10:
            os.kill(kid, signal.SIGCONT)
            time.sleep(.001)
    assert db.url not in argv
    s.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(kid, 0)


def test_a_run_that_fails_is_kept_and_tried_again(evidence, serve):
    db = evidence
    db.execute("ALTER TABLE model_fit RENAME TO away")
    s = serve("--refit", "02:00", "--now", "2026-11-10T02:30:00Z")
    until = time.monotonic() + 60
    while "ended with 1" not in s.log:
        assert time.monotonic() < until, s.log
        time.sleep(.2)
    s.stop()
    [[outcome, why]] = db.rows("SELECT outcome, detail FROM job_run")
    assert outcome == "failed" and why and len(models(db)) == 1 and db.rows("SELECT holder FROM job") == [["0"]]
    db.execute("ALTER TABLE away RENAME TO model_fit")
    s = serve("--refit", "02:00", "--now", "2026-11-10T02:36:00Z")  # not at once
    time.sleep(4)
    s.stop()
    assert db.rows("SELECT COUNT(*) FROM job_run") == [["1"]]
    s = serve("--refit", "02:00", "--now", "2026-11-10T02:42:00Z")
    until = time.monotonic() + 60
    while db.rows("SELECT outcome FROM job_run ORDER BY ended_at_ms") != [["failed"], ["done"]]:
        assert time.monotonic() < until, s.log
        time.sleep(.2)
    s.stop()
    assert len(models(db)) == 2 and "failed" in waymark("doctor", "--db", db.url).out


def test_an_hour_that_is_none(db):
    for bad in ("2am", "25:00", "02:60", "2:00", "02-00", "", ":::::"):
        r = waymark("serve", "--db", db.url, "--listen", "127.0.0.1:0", "--refit", bad, expect=1)
        assert "--refit" in r.err, bad


def test_the_page(evidence, serve, school):
    db = evidence
    s = serve()
    leader, teacher = Client(s.port), Client(s.port)
    for c, key in ((leader, "district"), (teacher, "teacher")):
        assert c.sign_in(school.users[key].username, school.users[key].password).status == 303
    page = leader.get("/models").text
    assert "starts with" in page and "No estimates of your own yet" in page and "take-back" not in page
    r = refit(db).json
    page = eventually(lambda: "Version 2." in (now := leader.get("/models").text) and now, "the new version")
    assert "Calculated from" in page and "Version 2." in page and "Log loss" in page and "take-back" in page
    assert re.search(r"Called mastered too early \(of 100\)</th><td class=\"num\">\d+ \(\d+ to \d+\)", page) and "Mastered but not recognized" in page
    assert "take-back" not in teacher.get("/models").text
    form = {"client_id": "take-back-0001", "reason": "The staff asked for <b>it</b>"}
    assert teacher.post("/models/take-back", form=form).status == 403
    assert leader.post("/models/take-back", form={"client_id": "take-back-0002", "reason": " "}).status == 400 and len(models(db)) == 2
    for _ in range(2):  # sent twice, it is taken back once
        assert leader.post("/models/take-back", form=form).status == 303
    assert len(models(db)) == 3
    page = teacher.get("/models").text
    assert "Withdrawn" in page and "Was current" in page and "The staff asked for &lt;b&gt;it&lt;/b&gt;" in page and "Desdemona Dogwoodson" in page
    leader.close(), teacher.close()


def made_older(db):
    """Every stored state in the form of the program before: what is in it is not looked at."""
    if db.kind == "sqlite":
        with contextlib.closing(sqlite3.connect(db.path, timeout=20)) as c, c:
            for key, blob in c.execute("SELECT learner_id, state FROM learner_state").fetchall():
                c.execute("UPDATE learner_state SET state = ? WHERE learner_id = ?", (blob[:2] + b"4" + blob[3:], key))
    else:
        db.execute(r"UPDATE learner_state SET state = overlay(state placing '\x34'::bytea from 3 for 1)")
    return db.rows("SELECT COUNT(*) FROM learner_state")[0][0]


def forms(db):
    third = "hex(substr(state, 3, 1))" if db.kind == "sqlite" else "upper(encode(substring(state from 3 for 1), 'hex'))"
    return {f for f, in db.rows(f"SELECT DISTINCT {third} FROM learner_state")}


def test_states_of_the_version_before(db, serve, school):
    """Read while they are old, and derived anew by `waymark migrate`, or by the server when it begins."""
    write_facts(db, [int(school.student.id), int(school.classmate.id)], 20, BEGIN, truth(9))
    waymark("rebuild", "--db", db.url)
    digest = waymark("check", "--db", db.url, "--digest").out
    assert made_older(db) == "2" and forms(db) == {"34"}
    assert not waymark("check", "--db", db.url, "--json", expect=1).json["ok"]
    assert waymark("check", "--db", db.url, "--digest").out == digest, "an old state is read as what the facts say"
    # As when the program is newer than the database.
    db.execute("DELETE FROM schema_migration WHERE number = 47")
    assert "Recomputed: 2 learners" in waymark("migrate", "--db", db.url).err
    assert forms(db) == {"35"} and waymark("check", "--db", db.url, "--json").json["ok"] and waymark("check", "--db", db.url, "--digest").out == digest
    # And an answer finds an old state before anything else did.
    made_older(db)
    s = serve()
    c, t = Client(s.port, school.users["student"].token), Client(s.port, school.users["teacher"].token)
    before = c.get(f"/api/v1/learners/{school.student.id}/mastery").json["competencies"]
    assert t.get(f"/api/v1/classes/{school.classes['c1']}/mastery").status == 200
    item = c.next()
    assert c.answer(item, school.right(item["item_id"])).status == 200
    after = {k["competency_id"]: k for k in c.get(f"/api/v1/learners/{school.student.id}/mastery").json["competencies"]}
    assert len(before) >= 4 and all(after[k["competency_id"]]["evidence_count"] >= k["evidence_count"] for k in before)
    c.close(), t.close()
    s.stop()
    db.execute("UPDATE policy SET derived_at_ms = NULL")
    s = serve()
    until = time.monotonic() + 30
    while forms(db) != {"35"}:
        assert time.monotonic() < until
        time.sleep(.2)
    s.stop()
    assert waymark("check", "--db", db.url, "--json").json["ok"]


def strengths(seed, hard):
    """Students of differing strength, questions of differing difficulty, no learning: what knowledge tracing cannot say."""
    rng, own = random.Random(seed), {}

    def draw(who, item, known):
        strength = own.setdefault(who, rng.gauss(0, 1))
        return int(rng.random() < 1 / (1 + 2.718281828 ** (hard[item] - strength)))
    return draw


def asked(db, most):
    """The skill with the most questions of its own, and so many of them."""
    of = {}
    for item, version, n, skill in db.rows("SELECT i.item_id, i.version, COUNT(*), MIN(c.competency_id) FROM item i JOIN item_competency c ON c.item_id = i.item_id AND c.version = i.version WHERE i.status = 'active' AND i.group_position <= 1 GROUP BY i.item_id, i.version ORDER BY i.item_id"):
        if n == "1":
            of.setdefault(skill, []).append((item, version))
    skill = max(sorted(of), key=lambda k: len(of[k]))
    return skill, of[skill][:most]


def test_questions_and_how_hard_they_are(db, serve, school):
    skill, items = asked(db, 8)
    assert len(items) >= 2, "the school's content has a skill with several questions"
    hard = {item: -2 + 4 * n / (len(items) - 1) for n, (item, _) in enumerate(items)}
    write_facts(db, LEARNERS, 40, BEGIN, strengths(11, hard), items=items)
    waymark("rebuild", "--db", db.url)
    before = stored(db)
    r = refit(db).json["questions"]
    assert (r["kind"], r["verdict"], r["against_id"]) == ("items", "live", None), r
    assert r["report"]["candidate"]["auc"] > r["report"]["in_force"]["auc"] + .05 and r["report"]["fitted"]["questions_own"] == len(items)
    assert stored(db) == before and waymark("check", "--db", db.url, "--json").json["ok"], "nothing that is stored rests on it"
    [[doc]] = db.rows("SELECT doc FROM model WHERE kind = 'items'")
    found = json.loads(doc)["items"]
    order = sorted(found, key=lambda i: -found[i])
    assert order == [i for i, _ in items], "from the easiest to the hardest, as they were made"
    # One of few answers has no weight.
    [[district]] = db.rows("SELECT district_id FROM district")
    rare, version = next((i, v) for i, v in asked(db, 99)[1] if i not in found) if len(asked(db, 99)[1]) > len(items) else (None, None)
    if rare:
        write_facts(db, LEARNERS[:12], 1, BEGIN + 30 * DAY, strengths(12, {rare: 0}), items=[(rare, version)])
        assert refit(db, "--dry-run").json["questions"]["report"]["fitted"]["questions_few"] >= 1
    # Taken back: to none.
    back = waymark("model", "take-back", "--db", db.url, "--of", "questions", "--json").json
    assert back["taken_back_id"] == r["model_id"] and waymark("model", "versions", "--db", db.url, "--json").json["questions_in_force"] == back["model_id"]
    waymark("model", "take-back", "--db", db.url, "--of", "questions", expect=4)
    waymark("model", "take-back", "--db", db.url, "--of", "answers", expect=2)
    assert refit(db).json["questions"]["verdict"] == "held"


def test_the_next_question_fits_the_student(db, serve, school):
    """With weights, the question on which success is nearest to three in four; the same again until it is answered."""
    def offered(port, key):
        c = Client(port, school.users[key].token)
        item = c.next()
        again = c.next()
        assert (again["item_id"], again["variant"]) == (item["item_id"], item["variant"])
        c.close()
        return item["item_id"]

    s = serve()
    first = {k: offered(s.port, k) for k in ("student", "classmate", "load0", "load1", "load2", "load3")}
    s.stop()
    skills = {}
    for item, n, skill in db.rows("SELECT i.item_id, COUNT(*), MIN(c.competency_id) FROM item i JOIN item_competency c ON c.item_id = i.item_id AND c.version = i.version WHERE i.status = 'active' AND i.group_position <= 1 GROUP BY i.item_id"):
        skills.setdefault(skill, []).append(item)
    chosen = next(k for k in skills.values() if first["student"] in k)
    assert set(first.values()) <= set(chosen)
    if len(chosen) < 2:
        pytest.skip("the skill that comes first has one question")
    for fits in chosen:
        # logit(.75) is 1.0986; all others are far too hard.
        doc = {"intercept": 0, "skills": {}, "student": [0, 0, 0, 0], "items": {i: 1.0986 if i == fits else -3 for i in chosen}}
        [[district, newest]] = db.rows("SELECT district_id, MAX(model_id) FROM model GROUP BY district_id")
        db.execute(f"INSERT INTO model (district_id, model_id, kind, doc, effective_at_ms, recorded_at_ms) VALUES ({district}, {int(newest) + 1}, 'items', '{json.dumps(doc)}', 1, 1)")
        s = serve()
        assert {offered(s.port, k) for k in first} == {fits}
        s.stop()
