"""waymark model on invented students, whose truth is known: simulate."""
import csv
import json
import signal
import subprocess

import pytest

from harness import PROGRAM
from test_model import figures, invented, model

SMALL = ("--students", 120, "--skills", 8, "--days", 25)
FIGURES = ("items_to_mastery", "false_mastery", "false_at_end", "masters_found", "wasted_practice", "known_before", "masters_taken_back", "covered", "secure_share", "mastered_share", "answers")


@pytest.fixture(scope="module")
def rule(tmp_path_factory):
    """rule(…) is the option --policy with a file of these mastery settings."""
    folder = tmp_path_factory.mktemp("policies")

    def option(**settings):
        path = folder / f"{abs(hash(str(settings)))}.json"
        path.write_text(json.dumps({"mastery": settings}))
        return "--policy", path

    return option


def test_each_way_has_its_figures_with_intervals():
    got = figures("simulate", "--compare", "planner,fixed,random", *SMALL, "--seed", 4)
    assert [a["name"] for a in got["arms"]] == ["planner", "fixed", "random"]
    for arm in got["arms"]:
        for name in FIGURES:
            v = arm[name]
            assert v["low"] <= v["value"] <= v["high"] and v["low"] < v["high"], name
            assert 0 <= v["low"] and (name in ("items_to_mastery", "answers") or v["high"] <= 1), name
        assert len(arm["quartiles"]) == 4 and all(q["false_mastery"]["low"] <= q["false_mastery"]["value"] <= q["false_mastery"]["high"] for q in arm["quartiles"])
        assert arm["masters_found"]["value"] * arm["mastered_share"]["value"] == pytest.approx(arm["secure_share"]["value"] * (1 - arm["false_at_end"]["value"]))


def log_of(path, way, *more):
    figures("simulate", "--compare", way, *SMALL, *more, "--log", path)
    students = {}
    for r in csv.DictReader(open(path)):
        students.setdefault(r["user_id"], []).append(r)
    return students


def test_the_fixed_way_meets_skills_in_their_order(tmp_path):
    """The first in order that is not yet secure, and nothing else but reviews; at random the order is none."""
    first_met = lambda rows: [int(s.split()[1]) for s in dict.fromkeys(r["skill_name"] for r in rows)]
    in_order = lambda way: [first_met(rows) == sorted(first_met(rows)) for rows in log_of(tmp_path / f"{way}.csv", way).values()]
    assert all(in_order("fixed")) and sum(in_order("random")) < 10


def test_a_seed_gives_the_same_on_any_number_of_threads_and_another_seed_another():
    one = [model("simulate", *SMALL, "--seed", 4, "--threads", n, "--json").stdout for n in (1, 2, 7)]
    assert one[0] == one[1] == one[2]
    assert model("simulate", *SMALL, "--seed", 5, "--json").stdout != one[0]


def test_an_arm_does_not_depend_on_the_others():
    alone = figures("simulate", "--compare", "random", *SMALL)["arms"][0]
    assert alone == figures("simulate", "--compare", "fixed,random,planner", *SMALL)["arms"][1]


def test_the_planner_needs_fewer_answers_than_chance(rule):
    """On the same students, over several seeds, where knowledge tracing says what is secure; and no more often than chance does it say so of what is not."""
    for seed in (1, 2, 3):
        less = figures("simulate", "--compare", "planner,random", "--students", 300, "--seed", seed, *rule(rule="model"))["differences"][0]
        assert (less["of"], less["from"]) == ("planner", "random")
        assert less["items_to_mastery"]["high"] < 0 and less["false_mastery"]["low"] < 0.01


def test_the_planner_finds_more_of_what_is_mastered_than_chance():
    """By the rule of a new school, under which a call takes days and not only answers."""
    for seed in (1, 2, 3):
        less = figures("simulate", "--compare", "planner,random", "--students", 1000, "--seed", seed)["differences"][0]
        assert less["masters_found"]["low"] > 0 and less["false_mastery"]["low"] < 0.01


def test_secure_is_seldom_said_of_what_is_not_mastered(rule):
    """By the rule of a new school; by knowledge tracing often, most of all of the students who know least."""
    for seed in (1, 2, 3):
        lasting, tracing = (figures("simulate", "--compare", "planner", "--students", 300, "--seed", seed, *w)["arms"][0] for w in ((), rule(rule="model")))
        assert lasting["false_mastery"]["low"] < .06 and lasting["false_at_end"]["value"] < .07
        assert all(q["false_mastery"]["low"] < .1 for q in lasting["quartiles"])
        assert tracing["false_mastery"]["low"] > .35 and tracing["quartiles"][0]["false_mastery"]["low"] > .65


def test_the_starting_policy_is_the_rule_that_it_lasts(rule):
    assert model("simulate", *SMALL, "--json").stdout == model("simulate", *SMALL, *rule(rule="lasting"), "--json").stdout


def test_a_school_of_which_nothing_is_known_waits_longer():
    """Without the pilot's answers no skill or question is known to be easy or hard."""
    known, unknown = (figures("simulate", "--compare", "planner", *SMALL, *w)["arms"][0] for w in ((), ("--pilot", 0)))
    assert unknown["items_to_mastery"]["low"] > known["items_to_mastery"]["value"] and unknown["covered"]["value"] < known["covered"]["value"]


def test_the_truth_is_asked_otherwise_and_the_answers_stay():
    low, high = (figures("simulate", "--compare", "planner", *SMALL, "--mastered-at", at)["arms"][0] for at in (.7, .85))
    assert low["answers"] == high["answers"] and low["secure_share"] == high["secure_share"]
    assert low["false_mastery"]["high"] < high["false_mastery"]["low"] and low["mastered_share"]["low"] > high["mastered_share"]["high"]


def test_pairs_hold_what_is_said_at_the_end_beside_the_truth(tmp_path):
    arm = figures("simulate", "--compare", "planner", *SMALL, "--pairs", tmp_path / "p.csv")["arms"][0]
    rows = list(csv.DictReader(open(tmp_path / "p.csv")))
    assert len(rows) == 120 * 8
    secure, mastered = [r for r in rows if r["label"] == "secure"], [r for r in rows if r["true_mastered"] == "1"]
    assert len(secure) / len(rows) == pytest.approx(arm["secure_share"]["value"]) and len(mastered) / len(rows) == pytest.approx(arm["mastered_share"]["value"])
    assert sum(r["true_mastered"] == "0" for r in secure) / len(secure) == pytest.approx(arm["false_at_end"]["value"])
    assert sum(r["label"] == "secure" for r in mastered) / len(mastered) == pytest.approx(arm["masters_found"]["value"])
    met = [r for r in rows if r["p"]]
    assert sum(float(r["low"]) <= float(r["truth"]) <= float(r["high"]) for r in met) / len(met) == pytest.approx(arm["covered"]["value"], abs=2 / len(met))
    for q in range(4):
        of = [r for r in secure if r["quartile"] == str(q + 1)]
        assert sum(r["true_mastered"] == "0" for r in of) / len(of) == pytest.approx(arm["quartiles"][q]["false_at_end"]["value"])


def test_the_log_has_the_level_after_each_answer(tmp_path):
    arm = figures("simulate", "--compare", "planner", *SMALL, "--log", tmp_path / "a.csv")["arms"][0]
    until, calls, met = 0, 0, {}
    for r in csv.DictReader(open(tmp_path / "a.csv")):
        n = met.setdefault((r["user_id"], r["skill_name"]), [0, False])
        n[0] += not n[1]
        if r["level"] == "secure" and not n[1]:
            n[1], calls, until = True, calls + 1, until + n[0]
    assert until / calls == pytest.approx(arm["items_to_mastery"]["value"])


def test_a_log_can_be_read_again_and_holds_the_truth(tmp_path):
    got = figures("simulate", "--compare", "random", *SMALL, "--log", tmp_path / "a.csv")
    rows = list(csv.DictReader(open(tmp_path / "a.csv")))
    assert len(rows) == round(120 * got["arms"][0]["answers"]["value"])
    assert sum(int(r["true_mastered"]) for r in rows) / len(rows) == pytest.approx(got["arms"][0]["wasted_practice"]["value"])
    assert {r["true_state"] for r in rows} <= {"engaged", "guessing", "hint_abuse", "under_challenged", "behind"}
    assert figures("eval", "--kind", "bkt", tmp_path / "a.csv")["rows"] == len(rows)


@pytest.mark.parametrize("model_kind", ["bkt", "afm", "best-lr-recency", "full"])
def test_students_are_drawn_from_a_fitted_model(model_kind, tmp_path):
    model("fit", "--kind", model_kind, "--out", tmp_path / "m.json", invented(tmp_path / "a.csv"))
    got = figures("simulate", *SMALL, "--from", tmp_path / "m.json", "--log", tmp_path / "log.csv")
    assert got["skills"] == 5
    assert {r["skill_name"] for r in csv.DictReader(open(tmp_path / "log.csv"))} == set("01234")


def test_a_long_run_says_how_far_it_is_and_ends_when_asked(tmp_path):
    run = subprocess.Popen([PROGRAM, "model", "simulate", "--students", "100000", "--log", str(tmp_path / "log.csv")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    first = run.stderr.readline()
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert "%" in first and "stopped" in err and run.returncode == 1 and not out and not (tmp_path / "log.csv").exists()


@pytest.mark.parametrize("words,says", [
    (("--compare", "planner,best"), "--compare"), (("--compare", "fixed,fixed"), "--compare"), (("--students", "0"), "--students"), (("--students", "nan"), "--students"),
    (("--seed", "-1"), "--seed"), (("--pilot", "-1"), "--pilot"), (("--pilot", "5001"), "--pilot"), (("--days", "0"), "--days"), (("--mastered-at", "1.5"), "--mastered-at"), (("extra",), "no more arguments")])
def test_options_out_of_range_are_told(words, says):
    assert says in model("simulate", *words, code=2).stderr


@pytest.mark.parametrize("text,says", [("", "empty"), ("{}", "does not model learning"), ('{"kind": "irt", "parameters": {"skills": {}}}', "does not model learning"),
                                       ('{"kind": "bkt", "parameters": [{"skill": "a", "prior": 2, "learn": 0.1, "guess": 0.1, "slip": 0.1}]}', "are not probabilities"), ("[1, 2", "line 1")])
def test_a_broken_model_file_is_told(text, says, tmp_path):
    (tmp_path / "m.json").write_text(text)
    done = subprocess.run([PROGRAM, "model", "simulate", "--from", str(tmp_path / "m.json")], capture_output=True, text=True)
    assert done.returncode > 0 and says in done.stderr


def test_stricter_rules_are_less_often_wrong_and_cost_answers(rule, tmp_path):
    plain, strict = (figures("simulate", "--compare", "planner", *rule(rule="model", **more), *SMALL)["arms"][0] for more in ({}, {"secure_at": 0.995, "least_evidence": 8}))
    assert strict["false_mastery"]["value"] < plain["false_mastery"]["value"] - .03 and strict["items_to_mastery"]["value"] > plain["items_to_mastery"]["value"] + 1
    (tmp_path / "bad.json").write_text('{"mastery": {"secure_at": 7}}')
    assert model("simulate", "--policy", tmp_path / "bad.json", code=1).stderr


# --- detectors ---

def detected(*words):
    got = figures("detect", *words)
    return {d["name"]: d for d in got["detectors"]} | {"mixed_up": got.get("mixed_up")}


@pytest.fixture(scope="module")
def students(tmp_path_factory, rule):
    """The answers of 600 invented students on a seed that no threshold was set by, where knowledge tracing says what is secure."""
    path = tmp_path_factory.mktemp("log") / "log.csv"
    model("simulate", "--compare", "random", "--students", 600, "--seed", 77, *rule(rule="model"), "--log", path)
    return path


@pytest.mark.parametrize("name,precision,recall", [("wheel_spinning", .15, .55), ("wheel_forecast", .22, .25), ("rapid_guess", .75, .7), ("hint_abuse", .9, .9), ("idle", .95, .95), ("lapse", .12, .3),
                                                   ("under_challenged", .25, .1), ("behind", .35, .04)])
def test_detectors_are_as_often_right_as_measured(name, precision, recall, students):
    got = detected("--truth", students)[name]
    assert got["can_say"] and got["precision"]["value"] >= precision and got["recall"]["value"] >= recall
    assert got["precision"]["low"] < got["precision"]["high"] or got["precision"]["value"] == 1


def test_the_two_kinds_of_boredom_are_not_mixed_up(students):
    got = detected("--truth", students)
    assert got["mixed_up"]["under_challenged_flagged_when_behind"] <= .05 * got["under_challenged"]["flagged"]
    assert got["mixed_up"]["behind_flagged_when_under_challenged"] <= .02 * got["behind"]["flagged"]


def test_a_detector_that_lacks_its_columns_says_so(students, tmp_path):
    rows = list(csv.DictReader(open(students)))
    def without(*gone):
        with open(tmp_path / "less.csv", "w") as f:
            w = csv.DictWriter(f, [k for k in rows[0] if k not in gone], extrasaction="ignore")
            w.writeheader()
            w.writerows(rows)
        return {n for n, d in detected(tmp_path / "less.csv").items() if d and not d["can_say"]}
    assert without() == set()
    assert without("hints", "hints_total") == {"hint_abuse"}
    assert without("took_s") == {"rapid_guess", "hint_abuse", "under_challenged", "behind"}
    assert without("took_s", "hints", "hints_total", "timestamp") == {"rapid_guess", "hint_abuse", "idle", "lapse", "under_challenged", "behind"}


def test_columns_of_other_names_and_milliseconds_say_the_same(students, tmp_path):
    text = students.read_text().split("\n", 1)
    (tmp_path / "named.csv").write_text(text[0].replace("took_s", "spent").replace("hints,", "asked,") + "\n" + text[1])
    whole = detected(students)
    assert detected("--took", "spent", "--hints", "asked", tmp_path / "named.csv") == whole
    rows = list(csv.DictReader(open(students)))
    with open(tmp_path / "ms.csv", "w") as f:
        w = csv.DictWriter(f, [k if k != "took_s" else "ms_first_response" for k in rows[0]])
        w.writeheader()
        for r in rows:
            r["ms_first_response"] = f"{float(r.pop('took_s')) * 1000:.0f}"
            w.writerow(r)
    assert detected(tmp_path / "ms.csv")["rapid_guess"]["flagged"] == whole["rapid_guess"]["flagged"]


def test_flags_are_written_row_by_row(students, tmp_path):
    got = detected("--flags", tmp_path / "flags.csv", students)
    rows = list(csv.DictReader(open(tmp_path / "flags.csv")))
    for name in ("rapid_guess", "behind", "lapse"):
        assert sum(name in r["flags"].split() for r in rows) == got[name]["flagged"]
    log = [r for r in csv.DictReader(open(students)) if r["user_id"] == rows[0]["user"]]
    assert log[int(rows[0]["index"])]["item_id"] == rows[0]["item"]


def test_a_log_without_the_truth_cannot_be_judged(tmp_path):
    assert "no true states" in model("detect", "--truth", invented(tmp_path / "a.csv"), code=1).stderr
    assert "columns" in model("detect", "--took", "spent", tmp_path / "a.csv", code=1).stderr


@pytest.mark.parametrize("column,value,says", [("took_s", "soon", "line 2"), ("hints", "-3", "line 2"), ("true_state", "asleep", "line 2"), ("took_s", "nan", "line 2"), ("hints_total", "1e9", "line 2")])
def test_nonsense_beside_the_answers_is_told(column, value, says, tmp_path):
    row = {"user_id": 1, "item_id": 2, "skill_name": 3, "correct": 1, "timestamp": 5, "took_s": 3, "hints": 0, "hints_total": 1, "true_state": "engaged"} | {column: value}
    (tmp_path / "a.csv").write_text(",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n")
    assert says in model("detect", "--truth", tmp_path / "a.csv", code=1).stderr


def test_wheel_spinning_on_public_answers_is_as_counted_elsewhere():
    from test_model import data
    got = detected(data("assist09"))["wheel_spinning"]
    assert (got["judged"], got["flagged"]) == (19753, 2487)  # 12.6 %


# --- edges between skills ---

def test_a_known_order_of_skills_comes_out_right(tmp_path):
    """Language exam with a published order: skill 3, then 2, then 1 (Templin & Bradshaw 2014); the reverse does not."""
    from test_model import data
    (tmp_path / "edges.csv").write_text("before,after\nskill3,skill2\nskill2,skill1\nskill2,skill3\nskill1,skill2\n")
    got = figures("edges", "--edges", tmp_path / "edges.csv", "--q", data("irt/ecpe_qmatrix.csv.gz"), data("irt/ecpe.csv.gz"))
    assert [e["verdict"] for e in got["edges"]] == ["holds", "holds", "backward", "backward"]
    assert all(e["without"]["high"] < .12 for e in got["edges"][:2]) and got["converged"]
    share = {"".join(s[-1] for s in c["skills"]): c["share"] for c in got["classes"]}
    assert abs(share[""] - .301) < .02 and abs(share["3"] - .129) < .02 and abs(share["23"] - .175) < .02 and abs(share["123"] - .346) < .02


def ordered_log(path, effect, students=400):
    """a, then b, then c; b goes well only with a when effect is 1; c has nothing to do with either."""
    import random
    lot = random.Random(8)
    with open(path, "w") as f:
        f.write("user_id,item_id,skill_name,correct\n")
        for u in range(students):
            has = lot.random() < .5
            later = has and lot.random() < .7 if effect else lot.random() < .35
            for skill, known in (("a", has), ("b", later), ("c", lot.random() < .5)):
                for k in range(6):
                    f.write(f"{u},{skill}{k},{skill},{int(lot.random() < (.9 if known else .15))}\n")
    return path


def test_a_log_bears_an_edge_out_or_not(tmp_path):
    (tmp_path / "edges.csv").write_text("a,b\na,c\nb,c\na,nowhere\n")
    with_it, without = (figures("edges", "--edges", tmp_path / "edges.csv", ordered_log(tmp_path / "log.csv", effect)) for effect in (1, 0))
    assert [e["verdict"] for e in with_it["edges"]] == ["holds", "not_seen", "not_seen", "no_answers"]
    assert with_it["edges"][0]["lift"]["low"] > .1
    assert [e["verdict"] for e in without["edges"]] == ["not_seen", "not_seen", "not_seen", "no_answers"]


def test_order_in_an_invented_school_is_not_claimed_where_it_is_not(tmp_path):
    model("simulate", "--compare", "random", *SMALL, "--log", tmp_path / "log.csv", "--edges", tmp_path / "edges.csv")
    rows = list(csv.reader(open(tmp_path / "edges.csv")))
    assert rows[0] == ["before", "after"] and len(rows) > 3
    (tmp_path / "back.csv").write_text("\n".join(f"{b},{a}" for a, b in rows[1:]) + "\n")
    assert figures("edges", "--edges", tmp_path / "back.csv", tmp_path / "log.csv")["verdicts"]["holds"] == 0


@pytest.mark.parametrize("text,says", [("", "empty"), ("before,after\n", "no edge"), ("a,b,c\n", "line 1"), ("a,b\na,a\n", "line 2"), ("a,b\n,b\n", "line 2")])
def test_broken_edges_are_told(text, says, tmp_path):
    (tmp_path / "edges.csv").write_text(text)
    assert says in model("edges", "--edges", tmp_path / "edges.csv", invented(tmp_path / "a.csv"), code=1).stderr


@pytest.mark.parametrize("text,says", [("s,t\n1,0\n", "1 items"), ("s,t\n1,0\n1,2\n1,1\n", "line 3"), ("s,t\n1,0\n1\n", "line 3"), ("item,s\nx,1\n", "no such item"), ("s,t\n1,0\n1,0\n1,0\n", "no item needs")])
def test_broken_q_matrices_are_told(text, says, tmp_path):
    (tmp_path / "scores.csv").write_text("one,two,three\n" + "1,0,1\n" * 5)
    (tmp_path / "edges.csv").write_text("s,t\n")
    (tmp_path / "q.csv").write_text(text)
    assert says in model("edges", "--edges", tmp_path / "edges.csv", "--q", tmp_path / "q.csv", tmp_path / "scores.csv", code=1).stderr


# --- groups ---

def with_groups(path, **of):
    rows = invented(path).read_text().splitlines()
    path.write_text("\n".join([rows[0] + ",bus"] + [r + "," + of["group"](int(r.split(",")[0])) for r in rows[1:]]) + "\n")
    return path


def test_groups_have_bias_and_errors_of_mastery_with_intervals(tmp_path):
    got = figures("eval", "--kind", "elo", "--group", "bus", with_groups(tmp_path / "a.csv", group=lambda u: "early" if u % 2 else "late"))
    assert {g["name"]: (g["students"], g["hidden"]) for g in got["groups"]} == {"early": (30, False), "late": (30, False)}
    for g in got["groups"]:
        assert g["bias"]["low"] < g["bias"]["value"] < g["bias"]["high"] and 0 <= g["false_non_mastery"]["value"] <= 1
    assert abs(sum(g["bias"]["value"] * g["rows"] for g in got["groups"]) / got["rows"]) < .1


def test_small_groups_are_hidden_and_cannot_be_worked_out(tmp_path):
    a = with_groups(tmp_path / "a.csv", group=lambda u: "few" if u < 4 else "some" if u < 20 else "many")
    got = {g["name"]: g for g in figures("eval", "--kind", "elo", "--group", "bus", a)["groups"]}
    assert got["few"] == {"name": "few", "hidden": True} and got["some"] == {"name": "some", "hidden": True} and not got["many"]["hidden"]
    got = {g["name"]: g for g in figures("eval", "--kind", "elo", "--group", "bus", "--smallest", 3, a)["groups"]}
    assert not any(g["hidden"] for g in got.values())


def scores(path, persons=1200, shift=1.2, seed=6):
    """Ten items; the third is harder for group b, who are also less able on the whole."""
    import math, random
    lot = random.Random(seed)
    with open(path, "w") as f:
        f.write("team," + ",".join(f"q{i}" for i in range(10)) + "\n")
        for j in range(persons):
            b = j % 2
            able = lot.gauss(-.7 * b, 1)
            f.write("ab"[b] + "," + ",".join(str(int(lot.random() < 1 / (1 + math.exp(-(able - (i - 5) / 4 - shift * b * (i == 2)))))) for i in range(10)) + "\n")
    return path


def test_an_item_that_is_harder_for_a_group_is_found(tmp_path):
    got = figures("calibrate", "--group", "team", scores(tmp_path / "a.csv"))
    (dif,) = got["dif"]
    assert (dif["group"], dif["reference"], dif["hidden"]) == ("b", "a", False) and len(dif["items"]) == 10
    assert dif["items"][2]["class"] == "C" and dif["items"][2]["mh_d_dif"] < -1.5 and dif["items"][2]["any_p"] < 1e-4
    assert sum(i["class"] != "A" for i in dif["items"]) <= 2 and [i["name"] for i in got["items"]] == [f"q{i}" for i in range(10)]
    turned = figures("calibrate", "--group", "team", "--reference", "b", tmp_path / "a.csv")["dif"][0]
    assert turned["group"] == "a" and turned["items"][2]["mh_d_dif"] == pytest.approx(-dif["items"][2]["mh_d_dif"])
    even = figures("calibrate", "--group", "team", scores(tmp_path / "b.csv", shift=0))["dif"][0]
    assert all(i["class"] != "C" for i in even["items"])


def test_a_log_of_answers_is_scores_too(tmp_path):
    rows = list(csv.DictReader(open(scores(tmp_path / "a.csv"))))
    with open(tmp_path / "log.csv", "w") as f:
        f.write("who,what,right,team\n")
        for u, r in enumerate(rows):
            for i in range(10):
                f.write(f"{u},q{i},{r[f'q{i}']},{r['team']}\n")
    one = figures("calibrate", "--group", "team", tmp_path / "a.csv")
    two = figures("calibrate", "--group", "team", "--user", "who", "--item", "what", "--correct", "right", tmp_path / "log.csv")
    assert two["log_likelihood"] == pytest.approx(one["log_likelihood"], abs=1e-6)
    assert [i["mh_d_dif"] for i in two["dif"][0]["items"]] == [i["mh_d_dif"] for i in one["dif"][0]["items"]]


@pytest.mark.parametrize("words,says", [(("--group", "club"), "no column"), (("--group", "team", "--reference", "z"), "no one is in"), (("--group", "team", "--smallest", "0"), "--smallest")])
def test_groups_that_are_none_are_told(words, says, tmp_path):
    assert says in model("calibrate", *words, scores(tmp_path / "a.csv", persons=80), code=1).stderr


def test_public_scores_have_the_items_that_differ():
    from test_model import data
    got = figures("calibrate", "--kind", "gpcm", "--columns", "R", "--group", "female", data("irt/pisa00_reading.csv.gz"))["dif"][0]
    assert {i["name"] for i in got["items"] if i["class"] == "C"} == {"R040Q02", "R040Q03A", "R216Q01", "R216Q06"}
