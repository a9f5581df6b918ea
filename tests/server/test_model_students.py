"""waymark model on invented students, whose truth is known: simulate."""
import csv
import subprocess

import pytest

from harness import PROGRAM
from test_model import figures, invented, model

SMALL = ("--students", 120, "--skills", 8, "--days", 25)


def test_each_way_has_its_figures_with_intervals():
    got = figures("simulate", "--compare", "planner,fixed,random", *SMALL, "--seed", 4)
    assert [a["name"] for a in got["arms"]] == ["planner", "fixed", "random"]
    for arm in got["arms"]:
        for name in ("items_to_mastery", "false_mastery", "wasted_practice"):
            v = arm[name]
            assert v["low"] <= v["value"] <= v["high"] and v["low"] < v["high"]
        assert 0 <= arm["false_mastery"]["low"] and arm["false_mastery"]["high"] <= 1 and 0 <= arm["wasted_practice"]["value"] <= 1
    assert got["arms"][1]["answers"]["value"] <= 80  # fixed: ten items a skill and no more


def test_a_seed_gives_the_same_on_any_number_of_threads_and_another_seed_another():
    one = [model("simulate", *SMALL, "--seed", 4, "--threads", n, "--json").stdout for n in (1, 2, 7)]
    assert one[0] == one[1] == one[2]
    assert model("simulate", *SMALL, "--seed", 5, "--json").stdout != one[0]


def test_an_arm_does_not_depend_on_the_others():
    alone = figures("simulate", "--compare", "random", *SMALL)["arms"][0]
    assert alone == figures("simulate", "--compare", "fixed,random,planner", *SMALL)["arms"][1]


def test_the_planner_needs_fewer_answers_than_chance():
    """On the same students, over several seeds; and it says no more often than chance that a skill is secure which is not."""
    for seed in (1, 2, 3):
        less = figures("simulate", "--compare", "planner,random", "--students", 300, "--seed", seed)["differences"][0]
        assert (less["of"], less["from"]) == ("planner", "random")
        assert less["items_to_mastery"]["high"] < 0 and less["false_mastery"]["low"] < 0.01


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


@pytest.mark.parametrize("words,says", [
    (("--compare", "planner,best"), "--compare"), (("--compare", "fixed,fixed"), "--compare"), (("--students", "0"), "--students"), (("--students", "nan"), "--students"),
    (("--seed", "-1"), "--seed"), (("--mastered-at", "1.5"), "--mastered-at"), (("extra",), "further words")])
def test_options_out_of_range_are_told(words, says):
    assert says in model("simulate", *words, code=2).stderr


@pytest.mark.parametrize("text,says", [("", "empty"), ("{}", "says nothing"), ('{"kind": "irt", "parameters": {"skills": {}}}', "says nothing"),
                                       ('{"kind": "bkt", "parameters": [{"skill": "a", "prior": 2, "learn": 0.1, "guess": 0.1, "slip": 0.1}]}', "no probabilities"), ("[1, 2", "line 1")])
def test_a_broken_model_file_is_told(text, says, tmp_path):
    (tmp_path / "m.json").write_text(text)
    done = subprocess.run([PROGRAM, "model", "simulate", "--from", str(tmp_path / "m.json")], capture_output=True, text=True)
    assert done.returncode > 0 and says in done.stderr


def test_stricter_rules_are_less_often_wrong_and_cost_answers(tmp_path):
    (tmp_path / "strict.json").write_text('{"mastery": {"secure_at": 0.995, "least_evidence": 8}}')
    plain, strict = (figures("simulate", "--compare", "planner", *w, *SMALL)["arms"][0] for w in ((), ("--policy", tmp_path / "strict.json")))
    assert strict["false_mastery"]["value"] < plain["false_mastery"]["value"] - .03 and strict["items_to_mastery"]["value"] > plain["items_to_mastery"]["value"] + 1
    (tmp_path / "bad.json").write_text('{"mastery": {"secure_at": 7}}')
    assert model("simulate", "--policy", tmp_path / "bad.json", code=1).stderr
