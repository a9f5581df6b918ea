"""Edges between skills as where BKT begins a skill: eval, predict and explain with --edges."""
import csv
import json

import pytest

from test_model import figures, invented, model
from test_model_students import ordered_log


def predictions(path):
    return [(r["user"], float(r["p"]), int(r["correct"])) for r in csv.DictReader(open(path))]


def first(got):
    return next(s for s in got["stages"] if s["name"] == "1")


def test_a_skill_begins_by_what_is_before_it(tmp_path):
    """b goes well only with a: knowing a foretells the first answer on b, with a strength from the training folds or from the file; c is left alone."""
    log = ordered_log(tmp_path / "log.csv", 1)
    (tmp_path / "edges.csv").write_text("before,after\na,b\n")
    plain = figures("eval", "--kind", "bkt", "--predictions", tmp_path / "plain", log)
    with_it = figures("eval", "--kind", "bkt", "--edges", tmp_path / "edges.csv", "--predictions", tmp_path / "with", log)
    assert with_it["edges"] == {"in_file": 1, "without_answers": 0, "between_sets": 1, "circle": None} and "edges" not in plain
    assert first(with_it)["auc"] > first(plain)["auc"] + .03 and first(with_it)["log_loss"] < first(plain)["log_loss"] - .01
    assert with_it["auc"] > plain["auc"] and with_it["log_loss"] < plain["log_loss"]
    before, after = predictions(tmp_path / "plain"), predictions(tmp_path / "with")
    assert len(before) == 400 * 18
    for i, (x, y) in enumerate(zip(before, after)):  # lower or the same; six answers on a, on b, on c
        assert y[1] <= x[1] if i % 18 // 6 == 1 else y[1] == x[1]
    (tmp_path / "said.csv").write_text("before,after,strength\na,b,0.8\n")
    said = figures("eval", "--kind", "bkt", "--edges", tmp_path / "said.csv", log)
    assert first(said)["auc"] > first(plain)["auc"] + .03
    (tmp_path / "none.csv").write_text("a,b,0\n")
    none = figures("eval", "--kind", "bkt", "--edges", tmp_path / "none.csv", log)
    assert none["edges"]["between_sets"] == 0 and none["auc"] == plain["auc"] and none["log_loss"] == plain["log_loss"]


def test_strengths_come_from_the_training_folds_only(tmp_path):
    """Where nobody but the students held back has answered on a, no strength is known, and nothing moves for them."""
    log = ordered_log(tmp_path / "log.csv", 1)
    head, *rows = log.read_text().splitlines()
    log.write_text("\n".join([head, *(r for r in rows if ",a," not in r or int(r.split(",")[0]) % 5 == 2)]) + "\n")
    (tmp_path / "edges.csv").write_text("a,b\n")
    model("eval", "--kind", "bkt", "--predictions", tmp_path / "plain", log)
    model("eval", "--kind", "bkt", "--edges", tmp_path / "edges.csv", "--predictions", tmp_path / "with", log)
    assert (tmp_path / "plain").read_bytes() == (tmp_path / "with").read_bytes()


def test_what_was_found_in_answers_can_be_used(tmp_path):
    """model edges --out is a file for --edges; predict and explain take no strength from the answers they are about."""
    log, fit, found = ordered_log(tmp_path / "log.csv", 1), tmp_path / "m.json", tmp_path / "found.json"
    (tmp_path / "edges.csv").write_text("a,b\na,nowhere\n")
    model("fit", "--kind", "bkt", "--out", fit, log)
    said = figures("edges", "--edges", tmp_path / "edges.csv", "--out", found, log)
    assert json.loads(found.read_text()) == said and .3 < said["edges"][0]["strength"] < 1
    again = figures("edges", "--edges", found, log)
    assert again == said
    done = model("predict", "--model", fit, "--edges", found, "--predictions", tmp_path / "with", log)
    assert "1 of 2 edges" in done.stderr and "edge 2: nowhere" in done.stderr
    model("predict", "--model", fit, "--predictions", tmp_path / "plain", log)
    lower = sum(y[1] < x[1] for x, y in zip(predictions(tmp_path / "plain"), predictions(tmp_path / "with")))
    assert lower > 400
    assert "line 1: no strength" in model("predict", "--model", fit, "--edges", tmp_path / "edges.csv", log, code=1).stderr
    assert "line 1: no strength" in model("explain", "--model", fit, "--edges", tmp_path / "edges.csv", "--student", 3, log, code=1).stderr


def test_why_a_skill_starts_lower_is_explained_and_adds_up(tmp_path):
    log, fit, edges = tmp_path / "log.csv", tmp_path / "m.json", tmp_path / "edges.csv"
    ordered_log(log, 1)
    edges.write_text("a,b,.9\n")
    head, *rows = log.read_text().splitlines()
    by = {}
    for r in rows:
        by.setdefault(r.split(",")[0], []).append(r.split(","))
    without = next(u for u, mine in by.items() if sum(int(r[3]) for r in mine[:6]) == 0)
    with_it = next(u for u, mine in by.items() if sum(int(r[3]) for r in mine[:6]) == 6)
    model("fit", "--kind", "bkt", "--out", fit, log)
    ask = lambda *words: figures("explain", "--model", fit, *words, log)
    why, plain = ask("--student", without, "--question", "b0", "--edges", edges), ask("--student", without, "--question", "b0")
    total = 0.0
    for part in why["parts"]:
        total += part["logit"]
    assert total == why["logit"] and why["p_known"] < plain["p_known"]
    assert [p["term"] for p in why["parts"]] == ["prior", "start"] + ["answer"] * 6 and [p["term"] for p in plain["parts"]] == ["prior"] + ["answer"] * 6
    start = why["parts"][1]
    assert start["skill"] == "a" and start["logit"] < -1 and 0 < start["known"] < .5
    assert "starts lower, at " in why["sentence"] and f"a was tried and is not known yet ({100 * start['known']:.0f}%)" in why["sentence"]
    assert "empieza más bajo" in ask("--student", without, "--question", "b0", "--edges", edges, "--language", "es")["sentence"]
    assert "starts lower: a was tried" in model("explain", "--model", fit, "--student", without, "--question", "b0", "--edges", edges, log).stdout
    for student, question in ((with_it, "b0"), (without, "a0"), (without, "c0")):  # nothing to start lower for
        assert ask("--student", student, "--question", question, "--edges", edges) == ask("--student", student, "--question", question)
    # It is what predict foresees for an answer that is given next; also for a first one.
    first_of = without
    log.write_text("\n".join([head, *(r for r in rows if not (r.startswith(first_of + ",") and (",b," in r or ",c," in r)))]) + "\n")
    why = ask("--student", first_of, "--question", "b0", "--edges", edges)
    assert [p["term"] for p in why["parts"]] == ["prior", "start"] and why["sentence"].startswith("no answers yet on b") and "starts lower" in why["sentence"]
    with open(log, "a") as f:
        f.write(f"{first_of},b0,b,1\n")
    model("predict", "--model", fit, "--edges", edges, "--predictions", tmp_path / "p", log)
    assert [p for u, p, _ in predictions(tmp_path / "p") if u == first_of][-1] == pytest.approx(why["p"], abs=1e-12)


def test_sets_of_skills_follow_the_skill_alone(tmp_path):
    """a alone comes before b, and before b with c; a with c says nothing of a by itself."""
    with open(tmp_path / "log.csv", "w") as f:
        f.write("user_id,item_id,skill_name,correct\n")
        for u in range(60):
            for skills in (("a", "b", "b~~c", "c") if u % 2 else ("a~~c", "b", "b~~c", "c")):
                for k in range(4):
                    f.write(f"{u},{skills}{k},{skills},{int((u // 2 % 2 == 0) != (u // 4 % 7 == k))}\n")
    (tmp_path / "edges.csv").write_text("a,b,.9\n")
    got = figures("eval", "--kind", "bkt", "--edges", tmp_path / "edges.csv", "--predictions", tmp_path / "with", tmp_path / "log.csv")
    model("eval", "--kind", "bkt", "--predictions", tmp_path / "plain", tmp_path / "log.csv")
    assert got["edges"]["between_sets"] == 2
    lower = {"b": 0, "b~~c": 0}
    for i, (x, y) in enumerate(zip(predictions(tmp_path / "plain"), predictions(tmp_path / "with"))):
        skills = ("a", "b", "b~~c", "c")[i % 16 // 4]
        if y[1] != x[1]:
            assert y[1] < x[1] and i // 16 % 2 and skills in lower
            lower[skills] += 1
    assert all(lower.values())
    rows = [r for r in (tmp_path / "log.csv").read_text().splitlines() if ",a," not in r]
    (tmp_path / "log.csv").write_text("\n".join(rows) + "\n")  # a only with c: no set speaks for it
    assert figures("eval", "--kind", "bkt", "--edges", tmp_path / "edges.csv", tmp_path / "log.csv")["edges"]["between_sets"] == 0


@pytest.mark.parametrize("text,says", [
    ("", "line 1"), ("before,after\n", "no edge"), ("before,after,strength\n0,1,.5\n1,1,.5\n", "line 3: an edge leads"), ("0,1,1.5\n", "line 1: a strength"), ("0,1,-.1\n", "line 1: a strength"),
    ("0,1,much\n", "line 1: a strength"), ("0,1,nan\n", "line 1: a strength"), ("0,1,.5,x\n", "line 1: 4 columns"), ("0,1\n2\n", "line 2: 1 columns"), ("0,nowhere,.5\nx,y,.5\n", "no edge joins"),
    ("{", "JSON"), ("{}", "no edge"), ('{"edges": [{"before": "0", "after": "0", "strength": 0.5}]}', "edge 1"), ('{"edges": [{"before": "0", "after": "1", "strength": 2}]}', "edge 1: a strength"),
    ('{"edges": [{"before": "0", "after": "1", "strength": "x"}]}', "edge 1: a strength"), ('{"edges": [7]}', "edge 1")])
@pytest.mark.parametrize("word", ["eval", "predict", "explain"])
def test_bad_edges_are_told_with_file_and_line(word, text, says, tmp_path):
    log, fit, edges = invented(tmp_path / "a.csv"), tmp_path / "m.json", tmp_path / "e.csv"
    edges.write_text(text)
    model("fit", "--kind", "bkt", "--out", fit, log)
    words = {"eval": ["--kind", "bkt"], "predict": ["--model", fit], "explain": ["--model", fit, "--student", 1]}[word]
    told = model(word, *words, "--edges", edges, log, code=1).stderr
    assert says in told and str(edges) in told


def test_circles_and_unknown_skills_have_a_defined_result(tmp_path):
    log = invented(tmp_path / "a.csv")
    (tmp_path / "e.csv").write_text("0,1,.9\n1,2,.8\n2,0,1\n0,1,.2\n3,never,1\n")
    done = model("eval", "--kind", "bkt", "--edges", tmp_path / "e.csv", "--json", log)
    got = json.loads(done.stdout)
    assert got["edges"]["circle"] in ("0", "1", "2") and got["edges"]["between_sets"] == 3 and got["edges"]["without_answers"] == 1 and 0 < got["log_loss"] < 2
    assert "1 of 5 edges" in done.stderr and "line 5: never" in done.stderr
    assert "form a loop at" in model("eval", "--kind", "bkt", "--edges", tmp_path / "e.csv", log).stdout


def test_edges_go_with_plain_bkt_only(tmp_path):
    log, fit = invented(tmp_path / "a.csv"), tmp_path / "m.json"
    (tmp_path / "e.csv").write_text("0,1,.9\n")
    for words in (["--kind", "elo"], ["--kind", "bkt", "--forget", 0], ["--kind", "bkt", "--classes", 2]):
        assert "--edges goes with" in model("eval", *words, "--edges", tmp_path / "e.csv", log, code=2).stderr
    for kind in (["--kind", "afm"], ["--kind", "bkt", "--forget", 0]):
        model("fit", *kind, "--out", fit, log)
        for word in (["predict"], ["explain", "--student", 1]):
            assert "--edges goes with bkt" in model(*word, "--model", fit, "--edges", tmp_path / "e.csv", log, code=1).stderr
