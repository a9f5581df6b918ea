"""waymark model: exactness, no leak, and bad input. The public data sets are not ours to pass on: tests on them skip without them."""
import csv
import gzip
import json
import os
import pathlib
import random
import re
import subprocess
import time

import pytest

from harness import PROGRAM, SANITIZER

SHARED = pathlib.Path(os.environ.get("WAYMARK_SHARED", pathlib.Path(__file__).parents[3] / "shared")) / "data" / "responses"


def data(name):
    if not (SHARED / name).exists():
        pytest.skip(f"NOT TESTED: there is no {SHARED / name}; set WAYMARK_SHARED")
    return str(SHARED / name)


def model(*words, code=0):
    done = subprocess.run([PROGRAM, "model", *map(str, words)], capture_output=True, text=True, timeout=600)
    assert not SANITIZER.search(done.stderr), done.stderr[-2000:]
    assert done.returncode == code, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done


def figures(*words):
    return json.loads(model(*words, "--json").stdout)


def invented(path, students=60, each=40, seed=1, last=None, header="user_id,item_id,skill_id,correct,timestamp"):
    """A log of invented students; last: what every student's last answer is set to."""
    lot = random.Random(seed)
    with open(path, "w") as f:
        f.write(header + "\n")
        for u in range(students):
            able = lot.gauss(0, 1)
            for k in range(each):
                item = lot.randrange(30)
                right = int(lot.random() < 1 / (1 + 2.718 ** -(able + k / 40 - (item - 15) / 10)))
                if last is not None and k == each - 1:
                    right = (u + last) % 2
                f.write(f"{u},{item},{item % 5},{right},{1 + k * 5000}\n")
    return path


# --- exactness, on public data ---

@pytest.mark.parametrize("name,objective", [("assist09", 137838.692), ("algebra05", 33873.963)])
def test_logistic_ends_at_the_exact_optimum(name, objective):
    one = figures("fit", "--kind", "best-lr-recency", "--threads", 1, data(name))
    assert one["converged"] and abs(one["objective"] - objective) < .01
    two = figures("fit", "--kind", "best-lr-recency", "--threads", 2, data(name))
    assert one["parameters"] == two["parameters"]


def test_bkt_climbs_to_the_top():
    one = figures("fit", "--kind", "bkt", "--prior", "none", "--cap", .5, "--threads", 1, data("assist09"))
    assert one["log_likelihood"] >= -156867.5
    assert one["parameters"] == figures("fit", "--kind", "bkt", "--prior", "none", "--cap", .5, "--threads", 3, data("assist09"))["parameters"]


@pytest.mark.parametrize("file,model_kind,value", [("lsat6", "2pl", -2466.6534), ("lsat6", "1pl", -2466.938), ("fraction_subtraction", "2pl", -4640.141), ("ecpe", "2pl", -42546.662),
                                             ("ecpe", "1pl", -42729.849), ("science_ordinal", "gpcm", -3002.42)])
def test_item_models_end_at_the_known_likelihood(file, model_kind, value):
    got = figures("calibrate", "--kind", model_kind, data(f"irt/{file}.csv.gz"))
    assert got["converged"] and abs(got["log_likelihood"] - value) < (.001 if file == "lsat6" else .01)


@pytest.mark.parametrize("name,model_kind,auc,rmse,loss", [
    ("assist09", "bkt", .7212, .4382, .5675), ("assist09", "elo", .7622, .4253, .5399), ("assist09", "best-lr-recency", .7755, .4187, .5256), ("assist09", "belief", .7754, .4187, .5262),
    ("algebra05", "bkt", .7552, .3895, .4709), ("algebra05", "elo", .8073, .3719, .4327), ("algebra05", "best-lr-recency", .8192, .3670, .4216), ("algebra05", "belief", .8160, .3687, .4250)])
def test_predictions_are_as_good_as_measured(name, model_kind, auc, rmse, loss):
    got = figures("eval", "--kind", model_kind, "--folds", 5, data(name))
    assert got["auc"] >= auc - .001 and got["rmse"] <= rmse + .001 and got["log_loss"] <= loss + .001


@pytest.mark.skipif(not os.environ.get("WAYMARK_TEST_ALL"), reason="a minute each under sanitizers: ./dev test --all")
@pytest.mark.parametrize("name,auc", [("assist09", .7860), ("algebra05", .8300), ("assist15", .7300)])
def test_the_transfer_layer_reaches_what_neural_models_publish(name, auc):
    assert figures("eval", "--kind", "transfer", "--folds", 5, data(name))["auc"] >= auc


def test_refitted_memory_is_as_good_as_measured():
    got = figures("memory", "--by", "skill", data("algebra05"))
    assert got["fitted"]["rows"] == 17414 and abs(got["default"]["auc"] - .7317) < .0001
    assert got["fitted"]["auc"] >= .7446 - .001 and got["fitted"]["log_loss"] <= .5655 + .001


@pytest.mark.parametrize("name,rows", [("assist15", 682797), ("statics11", 189297), ("spanish", 103561), ("memphis_cloze", 36800)])
def test_public_layouts_are_read(name, rows):
    assert figures("eval", "--kind", "elo", data(name))["rows"] == rows


def test_rows_expanded_by_skill_become_one_answer():
    got = figures("eval", "--kind", "elo", data("assist09_pid"))
    assert got["merged_rows"] > 45000 and got["rows"] + got["merged_rows"] == 325589


# --- on invented data, always ---

@pytest.mark.parametrize("model_kind", ["bkt", "elo", "irt", "afm", "pfa", "das3h", "best-lr", "best-lr-recency", "das3h-recency", "full", "transfer", "belief", "bkt --forget 0 --classes 3", "bkt --edges"])
def test_nothing_leaks(model_kind, tmp_path):
    """Changing the last answer of every student whom a fold holds back changes none of the fold's predictions."""
    a = invented(tmp_path / "a.csv", last=0)
    whole = tmp_path / "a_out.csv"
    kind = [*model_kind.split(), *(["--steps", 20] if model_kind == "transfer" else [])]
    if "--edges" in kind:  # one with a strength, the others with that of the students who stay
        (tmp_path / "edges.csv").write_text("".join(f"{x},{y},{.9 if x == 0 else ''}\n" for x in range(5) for y in range(5) if x != y))
        kind.append(tmp_path / "edges.csv")
    model("eval", "--kind", *kind, "--folds", 5, "--predictions", whole, a)
    before = list(csv.DictReader(open(whole)))
    for fold in range(5):  # the others stay, so that the parameters stay
        rows = list(csv.DictReader(open(a)))
        for u in range(60):
            mine = [r for r in rows if r["user_id"] == str(u)]
            if u % 5 == fold:
                mine[-1]["correct"] = str(1 - int(mine[-1]["correct"]))
        with open(tmp_path / "b.csv", "w") as f:
            w = csv.DictWriter(f, rows[0].keys())
            w.writeheader()
            w.writerows(rows)
        model("eval", "--kind", *kind, "--folds", 5, "--predictions", tmp_path / "b_out.csv", tmp_path / "b.csv")
        after = list(csv.DictReader(open(tmp_path / "b_out.csv")))
        mine = [(x["p"], y["p"]) for x, y in zip(before, after) if int(x["user"]) % 5 == fold]
        assert len(mine) == 12 * 40 and all(x == y for x, y in mine)


@pytest.mark.parametrize("model_kind", ["bkt", "elo", "full", "belief"])
def test_predictions_are_the_same_for_any_number_of_threads(model_kind, tmp_path):
    a = invented(tmp_path / "a.csv")
    for n in (1, 2, 5):
        model("eval", "--kind", model_kind, "--threads", n, "--predictions", tmp_path / f"{n}", a)
    assert len({(tmp_path / f"{n}").read_bytes() for n in (1, 2, 5)}) == 1


@pytest.mark.parametrize("layout", ["plain", "named", "gz", "tab", "shuffled"])
def test_layouts_give_the_same_answers(layout, tmp_path):
    a = invented(tmp_path / "a.csv")
    text, words = a.read_text(), []
    b = tmp_path / ("b.csv.gz" if layout == "gz" else "b.csv")
    if layout == "named":
        text = text.replace("user_id,item_id,skill_id,correct,timestamp", "who,what,topic,ok?,when")
        words = ["--user", "who", "--item", "what", "--skill", "topic", "--correct", "ok?", "--time", "when"]
    if layout == "tab":
        text = text.replace(",", "\t").replace("user_id", "Anon Student Id").replace("item_id", "Problem Id").replace("skill_id", "KC (Default)").replace("timestamp", "Time")
    if layout == "shuffled":
        head, *rows = text.splitlines()
        random.Random(3).shuffle(rows)
        text = "\n".join([head, *rows]) + "\n"
    b.write_bytes(gzip.compress(text.encode()) if layout == "gz" else text.encode())
    one, two = (figures("eval", "--kind", "best-lr-recency", *w, p) for w, p in (([], a), (words, b)))
    assert one["rows"] == two["rows"] == 2400 and abs(one["auc"] - two["auc"]) < (1e-3 if layout == "shuffled" else 1e-12)


SMALL = {
    "commas": "user_id,item_id,skill_id,correct\n1,1,1,1\n2,1,1,0\n", "no skill": "user_id,item_id,correct\n1,1,1\n2,1,0\n", "skill alone": "user_id,skill_id,correct\n1,1,1\n2,1,0\n",
    "tabs": "user_id\titem_id\ttimestamp\tcorrect\tskill_id\n1\t1\t0\t1\t1\n2\t1\t0\t0\t1\n", "semicolons": "user_id;item_id;correct\n1;1;1\n2;1;0\n",
    "lines of Windows": "\ufeffuser_id,item_id,correct\r\n1,1,1\r\n2,1,0", "quoted": '"user_id","item_id","correct"\n"1","1","1"\n"2","1","0"',
    "DataShop": "Anon Student Id\tStep Name\tOutcome\tKC (Default)\tTime\n1\ta\tCORRECT\tx\t2020-01-01 10:00:00\n2\ta\tHINT\tx\t2020-01-01 10:00:05\n",
    "order": "order_id,user_id,problem_id,correct,skill_name\n1,1,1,1,x\n2,2,1,0,x\n", "lists": "uid,concepts,responses\n1,1,1\n2,1,0\n", "blocks": "1,1\n5\n1\n1\n2,2\n5\n1\n0\n",
}


@pytest.mark.parametrize("layout", [*SMALL, "packed", "folder"])
def test_two_answers_are_enough_in_every_layout(layout, tmp_path):
    a = tmp_path / "a.csv"
    a.write_text(SMALL.get(layout, SMALL["commas"]), newline="")
    if layout == "packed":
        a = tmp_path / "a.csv.gz"
        a.write_bytes(gzip.compress(SMALL["commas"].encode()))
    if layout == "folder":
        a = tmp_path
        (a / "q_mat.tsv").write_text("item_id\tskill\n1\t1\n")
    for kind in ("bkt", "pfa", "belief"):
        assert figures("fit", "--kind", kind, "--out", tmp_path / "m.json", a)["rows"] == 2
        assert figures("predict", "--model", tmp_path / "m.json", a)["rows"] == 2
        assert figures("eval", "--kind", kind, a)["rows"] == 2


def test_fit_offers_what_it_does(tmp_path):
    """Every kind that the help names can be fitted, and every other is refused with the same names."""
    a = invented(tmp_path / "a.csv", students=10, each=10)
    for word in ("fit", "eval"):
        kinds = re.search(r"--kind KIND +(.*)", model(word, "--help").stdout)[1].replace(" or ", ", ").split(", ")
        assert len(kinds) > 10 and kinds[-1] == ("belief" if word == "fit" else "elo")
        for kind in kinds:
            assert figures(word, "--kind", kind, *(["--steps", 2] if kind == "transfer" else []), a)["kind"] == kind
        assert all(kind in model(word, "--kind", "luck", a, code=2).stderr for kind in kinds)


def test_ids_are_told_apart(tmp_path):
    """Numbers in every form, and words: each text is one student, in the order in which they are met."""
    ids = ["7", "07", "007", "0", "00", "1048575", "1048576", "1048577", "18446744073709551623", "+7", "-7", "7.0", "7 ", "x", "y", "a7", "1e1", "10", "340282366920938463463374607431768211463"]
    a = tmp_path / "a.csv"
    a.write_text("user_id,item_id,skill_id,correct\n" + "".join(f"{u},{u},{u},{k % 2}\n" for k in range(4) for u in ids))
    model("eval", "--kind", "elo", "--predictions", tmp_path / "p.csv", a)
    rows = list(csv.DictReader(open(tmp_path / "p.csv")))
    assert [r["user"].removeprefix("'") for r in rows] == [u for u in ids for _ in range(4)]
    assert [r["correct"] for r in rows] == ["0", "1", "0", "1"] * len(ids)
    fit = figures("fit", "--kind", "irt", a)
    assert list(fit["parameters"]["items"]) == ids


@pytest.mark.parametrize("model_kind", ["full", "transfer"])
def test_fit_predict_and_explain_agree(model_kind, tmp_path):
    a = invented(tmp_path / "a.csv")
    model("fit", "--kind", model_kind, *(["--steps", 20] if model_kind == "transfer" else []), "--out", tmp_path / "m.json", a)
    model("predict", "--model", tmp_path / "m.json", "--predictions", tmp_path / "p.csv", a)
    last = [r for r in csv.DictReader(open(tmp_path / "p.csv")) if r["user"] == "7"][-1]
    why = figures("explain", "--model", tmp_path / "m.json", "--student", "7", a)
    total = 0.0
    for part in why["parts"]:
        total += part["logit"]
    assert total == why["logit"] and abs(why["p"] - float(last["p"])) < 1e-12
    assert all("value" not in part or part["value"] * part["weight"] == part["logit"] for part in why["detail"])
    assert abs(sum(part["logit"] for part in why["detail"]) - total) < 1e-9
    assert any(part["term"] == "earlier_answers" for part in why["detail"]) == (model_kind == "transfer")
    # A handful to read, and each is what its name says.
    parts = {part["term"]: part["logit"] for part in why["parts"]}
    assert list(parts) == ["start", "skill", "question", "own_answers", "all_answers", *(["other_answers"] if model_kind == "transfer" else []), "time"]
    by = lambda *terms: sum(p["logit"] for p in why["detail"] if p["term"] in terms)
    assert abs(parts["question"] - by("item")) < 1e-12 and abs(parts["time"] - by("gap")) < 1e-12 and abs(parts["skill"] - by("skill", "set")) < 1e-12
    mine = list(csv.DictReader(open(a)))
    skill = next(r["skill_id"] for r in mine if r["item_id"] == why["item"])
    if model_kind == "transfer":
        assert abs(parts["other_answers"] - sum(p["logit"] for p in why["detail"] if p["term"] == "earlier_answers" and p["skill"] != skill)) < 1e-9
    # Also as they are printed.
    said = re.findall(r"^ +([+-]\d+\.\d\d)  (.*)$", model("explain", "--model", tmp_path / "m.json", "--student", "7", a).stdout, re.M)
    assert [w for _, w in said[:-1]] == [p["words"] for p in why["parts"]] and said[-1][1] == f"together: {100 * why['p']:.1f}%"
    assert sum(round(100 * float(x)) for x, _ in said[:-1]) == round(100 * float(said[-1][0])) == round(100 * total)
    assert all(abs(float(x) - p["logit"]) < .011 for (x, _), p in zip(said, why["parts"]))
    assert "respuestas sobre esta destreza" in model("explain", "--model", tmp_path / "m.json", "--student", "7", "--language", "es", a).stdout
    assert "right on" in why["sentence"]


def test_without_a_prior_no_start_ends_higher(tmp_path):
    """Skills of few students have several tops; those of two starts are not always the highest."""
    lot, start = random.Random(4), tmp_path / "start.json"
    with open(tmp_path / "a.csv", "w") as f:
        f.write("user_id,item_id,skill_id,correct\n")
        for k in range(60):
            prior, learn, guess, slip = (lot.uniform(*ends) for ends in ((.1, .9), (.01, .6), (.02, .48), (.02, .48)))
            for u in range(8 + k):
                knows = lot.random() < prior
                for _ in range(lot.randint(2, 9)):
                    f.write(f"{u},{k},{k},{lot.random() < (1 - slip if knows else guess):d}\n")
                    knows = knows or lot.random() < learn
    words = ["fit", "--kind", "bkt", "--prior", "none", tmp_path / "a.csv"]
    got = {p["skill"]: p for p in figures(*words)["parameters"]}
    tops = {}
    for _ in range(20):
        start.write_text(json.dumps({"kind": "bkt", "parameters": [
            {"skill": s, "prior": lot.uniform(.02, .98), "learn": 10 ** lot.uniform(-3, -.1), "guess": lot.uniform(.01, .49), "slip": lot.uniform(.01, .49)} for s in got]}))
        for p in figures(*words, "--start", start)["parameters"]:
            tops.setdefault(p["skill"], []).append(p["log_likelihood"])
    assert {s: max(t) - got[s]["log_likelihood"] for s, t in tops.items() if max(t) - got[s]["log_likelihood"] > .02} == {}
    assert any("several_optima" in p["flags"] for p in got.values())


@pytest.mark.parametrize("ids,by", [("{u}", "mod"), ("{u5}", "name"), ("{u5}1", "name"), ("{u}0", "name"), ("s{u}", "name"), ("{u3}", "mod")])
def test_no_fold_is_empty_whatever_the_ids(ids, by, tmp_path):
    """Numbers that share a divisor with the number of folds would all be in one, and be predicted by a fit to nobody."""
    a = invented(tmp_path / "a.csv")
    head, *rows = a.read_text().splitlines()
    named = lambda u: ids.format(u=u, u5=5 * int(u), u3=3 * int(u))
    a.write_text("\n".join([head, *(",".join([named(r.split(",")[0]), *r.split(",")[1:]]) for r in rows)]) + "\n")
    words = ["eval", "--kind", "pfa", "--predictions", tmp_path / "p.csv", a]
    got = figures(*words)
    assert got["folds_by"] == by and got["auc"] > .58, got["auc"]
    if ids == "{u5}":
        assert "all 60 students are in one of the 5 folds" in model(*words, "--folds-by", "mod", code=1).stderr
        assert figures(*words, "--folds-by", "mod", "--folds", 4)["folds_by"] == "mod"
        assert "mod or name" in model(*words, "--folds-by", "luck", code=1).stderr
    # Who is in which fold is the students' own: other rows in another order change nothing.
    (tmp_path / "b.csv").write_text("\n".join([head, *sorted(a.read_text().splitlines()[1:], key=lambda r: (r.split(",")[0][::-1], int(r.split(",")[4])))]) + "\n")
    assert abs(figures("eval", "--kind", "pfa", tmp_path / "b.csv")["log_loss"] - got["log_loss"]) < 1e-5


def test_two_students_are_in_two_folds(tmp_path):
    for two in ("5,10", "a,b", "1,2", "3,8"):
        (tmp_path / "a.csv").write_text("user_id,item_id,correct\n" + "".join(f"{u},{k},{k % 2}\n" for u in two.split(",") for k in range(6)))
        assert figures("eval", "--kind", "irt", tmp_path / "a.csv")["rows"] == 12


def test_groups_have_figures_of_their_own(tmp_path):
    a = invented(tmp_path / "a.csv")
    rows = a.read_text().splitlines()
    a.write_text("\n".join([rows[0] + ",bus"] + [r + (",early" if int(r.split(",")[0]) % 2 else ",late") for r in rows[1:]]) + "\n")
    got = figures("eval", "--kind", "pfa", "--group", "bus", a)
    assert {g["name"]: g["rows"] for g in got["groups"]} == {"early": 1200, "late": 1200}
    assert all(g["auc_low"] < g["auc"] < g["auc_high"] for g in got["groups"])


BAD = {
    "answer": ("user_id,item_id,correct\n1,2,1\n1,3,maybe\n", "line 3"),
    "nan": ("user_id,item_id,correct\n1,2,NaN\n", "line 2"),
    "time": ("user_id,item_id,correct,timestamp\n1,2,1,nan\n", "line 2"),
    "short": ("user_id,item_id,correct\n1,2,1\n\n1,2\n", "line 4"),
    "columns": ("a,b,c\n1,2,3\n", "line 1"),
    "empty": ("", "empty"),
    "only header": ("user_id,item_id,correct\n", "no answer"),
    "nobody": ("user_id,item_id,correct\n,2,1\n", "line 2"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_told_with_their_line(case, tmp_path):
    text, says = BAD[case]
    (tmp_path / "bad.csv").write_text(text)
    done = subprocess.run([PROGRAM, "model", "eval", "--kind", "pfa", str(tmp_path / "bad.csv")], capture_output=True, text=True)
    assert done.returncode > 0 and says in done.stderr and (case == "only header" or "bad.csv" in done.stderr)


def test_a_broken_archive_is_told(tmp_path):
    whole = gzip.compress(invented(tmp_path / "a.csv").read_bytes())
    (tmp_path / "cut.csv.gz").write_bytes(whole[:len(whole) // 2])
    (tmp_path / "bad.csv.gz").write_bytes(whole[:200] + b"\0" * 300 + whole[500:])
    for name in ("cut", "bad"):
        done = subprocess.run([PROGRAM, "model", "fit", "--kind", "bkt", str(tmp_path / f"{name}.csv.gz")], capture_output=True, text=True)
        assert done.returncode != 0 and name in done.stderr


@pytest.mark.parametrize("model_kind", ["bkt", "elo", "irt", "best-lr-recency", "full", "belief"])
@pytest.mark.parametrize("case", ["one student", "all right", "all wrong", "no skill", "same row"])
def test_odd_logs_have_a_defined_result(case, model_kind, tmp_path):
    a = invented(tmp_path / "a.csv", students=1 if case == "one student" else 20)
    head, *rows = a.read_text().splitlines()
    rows = [r.split(",") for r in rows]
    for r in rows:
        if case == "all right":
            r[3] = "1"
        if case == "all wrong":
            r[3] = "0"
        if case == "no skill":
            r[2] = ""
        if case == "same row":
            r[:] = ["1", "2", "3", "1", "0"]
    a.write_text("\n".join([head, *map(",".join, rows)]) + "\n")
    words = ["eval", "--kind", model_kind, "--predictions", tmp_path / "p.csv", a]
    if case in ("one student", "same row"):
        assert "one student" in model(*words, code=1).stderr and not (tmp_path / "p.csv").exists()
        return
    got = figures(*words)
    assert got["rows"] == len(rows) and all(got[k] is not None for k in ("auc", "rmse", "log_loss", "ece"))
    assert all(0 < float(r["p"]) < 1 for r in csv.DictReader(open(tmp_path / "p.csv")))


def test_adaptive_tests_are_short_and_precise():
    got = figures("cat", "--students", 300, "--seed", 5)
    assert got["items_mean"] < 15 and got["rmse"] < .35 and got["se_mean"] <= .3


def test_a_report_says_what_was_measured(tmp_path):
    log = invented(tmp_path / "a.csv")
    said = figures("eval", "--kind", "bkt", "--folds", 5, "--report", tmp_path / "page", "--predictions", tmp_path / "p.csv", log)
    page = (tmp_path / "page/index.html").read_text()
    assert f"AUC {said['auc']:.4f}" in page and "<svg" in page and "src=" not in page and "href=\"http" not in page
    for stage in said["stages"]:
        assert f"{stage['auc']:.4f}" in page or not stage["rows"]
    rows = list(csv.DictReader(open(tmp_path / "p.csv")))
    curves = page[page.index("Learning curves"):]
    # Each dot of a plot is a row of its table.
    assert page.count("<circle") == len(re.findall(r"<tr><th scope=\"row\">", page)) - sum(s["rows"] > 0 for s in said["stages"])
    # The first curve is of all skills: its first point is the stage of first answers.
    first = said["stages"][0]
    assert f">{first['rows']:,}</td>" in curves
    skills = {}
    for row in csv.DictReader(open(log)):
        skills.setdefault(row["user_id"], []).append(row["skill_id"])
    firsts = [r for r in rows if skills[r["user"]].index(skills[r["user"]][int(r["index"])]) == int(r["index"])]
    assert len(firsts) == first["rows"]
    assert f"{sum(float(r['p']) for r in firsts) / len(firsts):.4f}" in curves and f"{sum(int(r['correct']) for r in firsts) / len(firsts):.4f}" in curves


# --- long work ---

def test_a_fit_can_be_stopped_and_gone_on_with(tmp_path):
    """SIGINT ends it with what it has; --start goes on there, and is further at once than a fit from the beginning."""
    log = invented(tmp_path / "a.csv", students=200, each=60)
    out = tmp_path / "half.json"
    words = ["fit", "--kind", "transfer", "--steps", 100000, "--out", out, log]
    p = subprocess.Popen([PROGRAM, "model", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    told = ""
    while "%" not in told:  # it tells how far it is, then is stopped
        line = p.stderr.readline()
        assert line, told
        told += line
    p.send_signal(2)
    rest = p.communicate(timeout=120)
    assert p.returncode == 1 and f"--start {out}" in rest[1]
    half = json.loads(out.read_text())
    assert half["converged"] is False and half["iterations"] > 0
    on = figures("fit", "--kind", "transfer", "--steps", 3, "--start", out, log)
    fresh = figures("fit", "--kind", "transfer", "--steps", 3, log)
    assert on["objective"] < fresh["objective"]
    assert "another" in model("fit", "--kind", "bkt", "--start", out, log, code=1).stderr


@pytest.mark.parametrize("model_kind", ["bkt", "best-lr-recency"])
def test_an_eval_can_be_stopped_within_a_fold(model_kind, tmp_path):
    """Not only between two: a fold of a large log takes long. Nothing is printed for what was not fitted to the end."""
    log = invented(tmp_path / "a.csv", students=3000, each=60)
    head, *rows = log.read_text().splitlines()
    log.write_text("\n".join([head, *(f"{k}{row}" for k in range(1, 5) for row in rows)]) + "\n")
    wait = 0.0  # until the first fold is in hand
    for _ in range(12):
        p = subprocess.Popen([PROGRAM, "model", "eval", "--kind", model_kind, "--folds", "2", "--json", str(log)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not int(re.search(r"SigCgt:\s*(\w+)", pathlib.Path(f"/proc/{p.pid}/status").read_text())[1], 16) & 2:
            assert p.poll() is None
            time.sleep(.005)
        time.sleep(wait)
        p.send_signal(2)
        out, err = p.communicate(timeout=120)
        if "in fold" in err:
            break
        wait = wait * 2 or .02
    assert p.returncode == 1 and re.search(r"stopped in fold [12] of 2", err) and not out, err


@pytest.mark.parametrize("model_kind", ["bkt", "best-lr-recency", "bkt --forget 0 --classes 2"])
def test_a_fit_from_where_one_ended_ends_there_sooner(model_kind, tmp_path):
    log = invented(tmp_path / "a.csv", students=200, each=60)
    out, kind = tmp_path / "end.json", ["--kind", *model_kind.split()]
    cold = figures("fit", *kind, "--out", out, log)
    warm = figures("fit", *kind, "--start", out, log)
    assert warm["converged"] and warm["iterations"] < cold["iterations"]
    assert abs(warm["log_likelihood"] - cold["log_likelihood"]) < .01
    if model_kind != "best-lr-recency":  # what cannot go on there says so, and does not begin anew in silence
        for other in ("--forget 0", "--forget 0 --classes 3", "--forget 5 --classes 2"):
            assert "cannot start there" in model("fit", "--kind", "bkt", *other.split(), "--start", out, log, code=1).stderr


def test_a_fit_with_forgetting_can_be_stopped_and_gone_on_with(tmp_path):
    """Also within a skill: what was reached counts, and what was not begun stays where it would begin."""
    log, out = invented(tmp_path / "a.csv", students=3000, each=60), tmp_path / "half.json"
    head, *rows = log.read_text().splitlines()
    log.write_text("\n".join([head, *(f"{k}{row}" for k in range(1, 5) for row in rows)]) + "\n")
    words = ["--kind", "bkt", "--forget", 0, "--classes", 8, "--prior", "none", "--threads", 1]
    p = subprocess.Popen([PROGRAM, "model", "fit", *map(str, [*words, "--out", out, log])], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not int(re.search(r"SigCgt:\s*(\w+)", pathlib.Path(f"/proc/{p.pid}/status").read_text())[1], 16) & 2:  # until it minds SIGINT
        assert p.poll() is None
        time.sleep(.005)
    time.sleep(.1)
    p.send_signal(2)
    rest = p.communicate(timeout=120)
    assert p.returncode == 1 and f"--start {out}" in rest[1]
    half = json.loads(out.read_text())
    assert half["converged"] is False and half["rows"] == 4 * 3000 * 60
    on = figures("fit", *words, "--iterations", 3, "--start", out, log)
    fresh = figures("fit", *words, "--iterations", 3, log)
    assert on["log_likelihood"] >= half["log_likelihood"]
    assert on["log_likelihood"] > fresh["log_likelihood"] or half["iterations"] == 0


@pytest.mark.parametrize("model_kind", ["bkt", "bkt --forget 0 --classes 3", "bkt --forget 6", "bkt --classes 2"])
def test_what_is_known_is_explained_by_parts_that_add_up(model_kind, tmp_path):
    """The prior, each answer on the skill by how far it moved it, and what was forgotten before it: nothing else, and it is what the textbook gives."""
    log, out = invented(tmp_path / "a.csv"), tmp_path / "m.json"
    fit = figures("fit", "--kind", *model_kind.split(), "--out", out, log)
    why = figures("explain", "--model", out, "--student", 7, "--question", 3, log)
    p = next(x for x in fit["parameters"] if x["skill"] == why["skill"])
    of = lambda kind, item: p[kind] if model_kind == "bkt" else p[kind][fit.get("item_class", {}).get(item, 0)]
    mine = [r for r in csv.DictReader(open(log)) if r["user_id"] == "7" and r["skill_id"] == why["skill"]]
    known, last, forgot = p["prior"], None, []
    after = fit.get("forget_after_s", -1)
    for r in mine:
        if last is not None and (after == 0 or 0 < after <= float(r["timestamp"]) - last):
            known *= 1 - p["forget"]
            forgot.append(r)
        slip, guess = of("slip", r["item_id"]), of("guess", r["item_id"])
        yes, no = (1 - slip, guess) if r["correct"] == "1" else (slip, 1 - guess)
        known = known * yes / (known * yes + (1 - known) * no)
        known += (1 - known) * p["learn"]
        last = float(r["timestamp"])
    end = 1 + 39 * 5000  # the student's last answer on any skill
    if after == 0 or 0 < after <= end - last:
        known *= 1 - p["forget"]
        forgot.append(None)
    total = 0.0
    for part in why["parts"]:
        total += part["logit"]
    assert total == why["logit"] and why["p_known"] == pytest.approx(known, abs=1e-9)
    assert why["parts"][0]["term"] == "prior" and len(mine) > 3
    assert [x["correct"] for x in why["parts"] if x["term"] == "answer"] == [int(r["correct"]) for r in mine]
    gone = [x for x in why["parts"] if x["term"] == "forgetting"]
    assert len(gone) == len(forgot) and all(x["logit"] < 0 for x in gone) and bool(gone) == ("--forget" in model_kind)
    assert f"{sum(int(r['correct']) for r in mine)} of {len(mine)} right on" in why["sentence"]
    assert ("took" in why["sentence"]) == bool(gone)
    spanish = figures("explain", "--model", out, "--student", 7, "--question", 3, "--language", "es", log)
    assert spanish["parts"] == why["parts"] and f"{sum(int(r['correct']) for r in mine)} de {len(mine)} correctas en" in spanish["sentence"]
    # It is what the same model foresees for an answer that is given next.
    with open(log, "a") as f:
        f.write(f"7,3,{why['skill']},1,{end}\n")
    model("predict", "--model", out, "--predictions", tmp_path / "p.csv", log)
    assert float([r for r in csv.DictReader(open(tmp_path / "p.csv")) if r["user"] == "7"][-1]["p"]) == pytest.approx(why["p"], abs=1e-12)


def test_a_belief_is_written_read_and_explained_in_four_parts(tmp_path):
    """What it foresees is what its file foresees; the parts add up, and each is of what its name says."""
    log, out = invented(tmp_path / "a.csv"), tmp_path / "m.json"
    fit = figures("fit", "--kind", "belief", "--out", out, log)
    assert fit["rows"] == 2400 and fit["objective"] < .69 and json.loads(out.read_text())["parameters"] == fit["parameters"]
    assert set(fit["parameters"]["skills"]) == set("01234") and all(v["ease_var"] > 0 for v in fit["parameters"]["skills"].values())
    assert len(fit["parameters"]["items"]) == 30 and len(fit["parameters"]["students"]["newness"]) == 3
    on = figures("fit", "--kind", "belief", "--start", out, log)  # goes on, and not back
    assert on["objective"] <= fit["objective"] and on["parameters"]["students"] != fit["parameters"]["students"]
    model("predict", "--model", out, "--predictions", tmp_path / "p.csv", log)
    foreseen = [float(r["p"]) for r in csv.DictReader(open(tmp_path / "p.csv")) if r["user"] == "7"]
    rows = [r for r in csv.DictReader(open(log)) if r["user_id"] == "7"]
    logistic = lambda x: 1 / (1 + 2.718281828459045 ** -x)
    short = tmp_path / "b.csv"
    for n in range(1, len(rows) + 1):  # before each answer of one student
        with open(short, "w") as f:
            w = csv.DictWriter(f, rows[0].keys())
            w.writeheader()
            w.writerows(rows[:n])
        why = figures("explain", "--model", out, "--student", 7, short)
        total = 0.0
        for part in why["parts"]:
            total += part["logit"]
        parts = {p["term"]: p["logit"] for p in why["parts"]}
        assert list(parts) == ["question", "own_answers", "other_answers", "time"] and total == why["logit"]
        assert why["p"] == pytest.approx(foreseen[n - 1], abs=1e-12) and why["p"] == pytest.approx((1 - why["slip"]) * logistic(total), abs=1e-12)
        before, skill = rows[:n - 1], rows[n - 1]["skill_id"]
        assert (parts["own_answers"] != 0) == any(r["skill_id"] == skill for r in before)
        assert any(r["skill_id"] != skill for r in before) or parts["other_answers"] == 0
        if len(before) > 0 and len({(r["skill_id"] == skill, r["correct"]) for r in before}) == 1 and before[0]["skill_id"] != skill:
            assert (parts["other_answers"] > 0) == (before[0]["correct"] == "1")
    assert sum(p["logit"] for p in why["parts"][1:3]) != 0 and f"right on {skill}" in why["sentence"]
    said = re.findall(r"^ +([+-]\d+\.\d\d)  ", model("explain", "--model", out, "--student", 7, short).stdout, re.M)
    assert len(said) == 5 and sum(round(100 * float(x)) for x in said[:-1]) == round(100 * float(said[-1]))
    # What time takes is the time's: the same question a hundred days later.
    with open(short, "a") as f:
        f.write(",".join([*list(rows[-1].values())[:-1], str(100 * 86400)]) + "\n")
    later = {p["term"]: p["logit"] for p in figures("explain", "--model", out, "--student", 7, short)["parts"]}
    assert later["time"] < parts["time"]
    # A skill and a question that the model never saw are as of nothing known.
    short.write_text("user_id,item_id,skill_id,correct,timestamp\n1,new,new,1,5\n1,new,new,1,9\n")
    assert 0 < figures("explain", "--model", out, "--student", 1, short)["p"] < 1
    short.write_text("user_id,item_id,correct\n1,new,1\n")
    assert "names no skill" in model("explain", "--model", out, "--student", 1, short, code=1).stderr


def test_reasons_are_told_in_the_language_asked_for(tmp_path):
    log, out = invented(tmp_path / "a.csv"), tmp_path / "m.json"
    model("fit", "--kind", "full", "--out", out, log)
    assert "correctas en" in figures("explain", "--model", out, "--student", 7, "--language", "es", log)["sentence"]
    assert "en or es" in model("explain", "--model", out, "--student", 7, "--language", "xx", log, code=2).stderr
