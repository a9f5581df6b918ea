"""Bad and odd input to every word of waymark model that reads answers: a clear error with file and line, or a defined result; never a NaN out."""
import gzip
import json
import os
import re
import subprocess

import pytest

from harness import PROGRAM
from test_model import invented, model

HEAD = "user_id,item_id,skill_name,correct,timestamp,took_s,hints,hints_total\n"


def log(path, rows):
    path.write_text(HEAD + "".join(",".join(map(str, r)) + "\n" for r in rows))
    return path


def usual(students=12, each=12):
    return [[u, f"i{k % 6}", f"s{k % 3}", (u + k) % 3 > 0, 1000 + k * 40, 5 + k % 4, k % 5 == 0, 3] for u in range(students) for k in range(each)]


def rows_of(case):
    rows = [[u, i, s, int(y), t, took, int(h), there] for u, i, s, y, t, took, h, there in usual()]
    for r in rows:
        if case == "empty skills":
            r[2] = ""
        if case == "all right":
            r[3] = 1
        if case == "all wrong":
            r[3] = 0
        if case == "no time passes":
            r[4] = 7
        if case == "took nothing":
            r[5] = 0
        if case == "took forever":
            r[5] = 1e11
        if case == "one item":
            r[1] = "only"
    if case == "one student":
        rows = [r for r in rows if r[0] == 0]
    if case == "one answer":
        rows = rows[:1]
    if case == "one answer each":
        rows = rows[::12]
    if case == "time runs backwards":
        rows.reverse()
    return rows


CASES = ["as usual", "empty skills", "all right", "all wrong", "no time passes", "took nothing", "took forever", "one item", "one student", "one answer", "one answer each", "time runs backwards"]
WORDS = {
    "fit bkt": ["fit", "--kind", "bkt"], "fit full": ["fit", "--kind", "full"], "eval bkt": ["eval", "--kind", "bkt"], "eval belief": ["eval", "--kind", "belief"], "eval elo": ["eval", "--kind", "elo", "--group", "hints_total"],
    "eval best-lr-recency": ["eval", "--kind", "best-lr-recency"], "detect": ["detect"], "memory": ["memory"], "calibrate": ["calibrate", "--user", "user_id", "--item", "item_id", "--correct", "correct"],
    "edges": ["edges", "--edges", "EDGES"],
}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("case", CASES)
def test_odd_answers_have_a_defined_result(word, case, tmp_path):
    (tmp_path / "edges.csv").write_text("s0,s1\ns1,s2\ns0,never\n")
    words = [str(tmp_path / "edges.csv") if w == "EDGES" else w for w in WORDS[word]]
    done = subprocess.run([PROGRAM, "model", *words, "--json", str(log(tmp_path / "a.csv", rows_of(case)))], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-2000:])
    if done.returncode:
        assert "waymark" in done.stderr or "model." in done.stderr, done.stderr
        assert case != "as usual"
        return
    assert not re.search(r"\bnan\b|\binf", done.stdout, re.I)
    json.loads(done.stdout)
    words_only = subprocess.run([PROGRAM, "model", *words, str(tmp_path / "a.csv")], capture_output=True, text=True, timeout=120)
    assert words_only.returncode == 0 and not re.search(r"\bnan\b|\binf\b", words_only.stdout, re.I)


@pytest.mark.parametrize("words", [["eval", "--kind", "bkt", "--folds", "2"], ["eval", "--kind", "best-lr-recency", "--folds", "2"], ["detect"]], ids=lambda w: w[0] + w[-1])
def test_a_million_identical_rows(words, tmp_path):
    (tmp_path / "a.csv").write_text("user_id,item_id,skill_id,correct\n" + "".join(f"{u},2,3,1\n" * 500_000 for u in (1, 2)))
    got = json.loads(model(*words, "--json", tmp_path / "a.csv").stdout)
    assert got["rows"] == 1_000_000 and not re.search("nan", json.dumps(got), re.I)


def test_a_log_written_newest_first_is_the_log_in_order(tmp_path):
    rows = [f"1,{k % 50},{k % 5},{k * 7 % 3 > 0:d},{k + 1}\n" for k in range(20_000)]
    fitted = []
    for name, order in (("old", rows), ("new", rows[::-1])):
        (tmp_path / name).write_text("user_id,item_id,skill_id,correct,timestamp\n" + "".join(order))
        model("fit", "--kind", "bkt", tmp_path / name, "--out", tmp_path / "m.json")
        fitted.append(sorted(json.loads((tmp_path / "m.json").read_text())["parameters"], key=lambda p: p["skill"]))
    assert fitted[0] == fitted[1]


@pytest.mark.parametrize("order", ["by student", "by time"])
def test_a_large_log_takes_no_more_than_twice_its_size(order, tmp_path):
    """Its text goes as it is read, and what is said of it later does not point there."""
    students, each, a = 4000, 200, tmp_path / "a.csv"
    places = ((u, k) for u in range(students) for k in range(each)) if order == "by student" else ((u, k) for k in range(each) for u in range(students))
    with open(a, "w") as f:
        f.write("user_id,item_id,skill_id,correct,timestamp\n")
        for u, k in places:
            item = (u * 7 + k * 13) % 900
            f.write(f"student-{100000 + u},question-{item},skill-{item % 30}~~all,{(u * 31 + k * 17) % 100 < 65:d},{1600000000 + k * 3600 + u % 3600}\n")
    out = tmp_path / "m.json"
    # From a shell: what a process has held is counted on from the one that it was forked from.
    subprocess.run(["sh", "-c", '"$@"; exit $?', "sh", os.environ.get("WAYMARK_PLAIN") or PROGRAM, "model", "fit", "--kind", "bkt", "--out", out, a], stdout=subprocess.DEVNULL, check=True)
    got = json.loads(out.read_text())
    assert got["rows"] == students * each
    assert {x for p in got["parameters"] for x in p["skill"].split("~~")} == {"all", *(f"skill-{k}" for k in range(30))}
    if os.environ.get("WAYMARK_PLAIN"):  # the sanitizers hold more
        assert got["peak_rss_kib"] * 1024 < 2 * a.stat().st_size, (got["peak_rss_kib"], a.stat().st_size)


@pytest.mark.parametrize("way", ["twice", "another name", "a link", "packed", "a folder and its file", "rows at the end", "row by row"])
@pytest.mark.parametrize("times", [True, False], ids=["times", "no times"])
def test_the_same_answers_twice_do_not_tell_each_other(way, times, tmp_path):
    """What is predicted is what the log predicts that says it once, and what was left out is told."""
    (tmp_path / "one").mkdir()
    a, b = invented(tmp_path / "one/a.csv"), tmp_path / "b.csv"
    if not times:
        a.write_text("".join(line.rsplit(",", 1)[0] + "\n" for line in a.read_text().splitlines()))
    head, *rows = a.read_text().splitlines(keepends=True)
    paths = {"twice": [a, a], "another name": [a, b], "a link": [a, b], "packed": [a, tmp_path / "b.csv.gz"], "a folder and its file": [tmp_path / "one", a]}.get(way, [b])
    if way == "a link":
        b.symlink_to(a)
    elif way == "packed":
        paths[1].write_bytes(gzip.compress(a.read_bytes()))
    else:
        b.write_text("".join([head, *(rows + rows if way == "rows at the end" else [r for r in rows for _ in "ab"] if way == "row by row" else rows)]))
    once, done = (model("eval", "--kind", "elo", "--json", "--predictions", tmp_path / "p.csv", *p) for p in ([a], paths))
    want, got = json.loads(once.stdout), json.loads(done.stdout)
    assert not once.stderr and want["repeated_rows"] == want["repeated_files"] == 0 and want["rows"] == 2400
    if len(paths) > 1:
        assert (got["rows"], got["repeated_rows"], got["repeated_files"]) == (2400, 0, 1) and "was read once" in done.stderr and str(paths[1]) in done.stderr
    elif times:
        assert (got["rows"], got["repeated_rows"], got["repeated_files"]) == (2400, 2400, 0) and "2400 rows told an answer again" in done.stderr
    else:  # nobody could tell two equal answers from one
        assert (got["rows"], got["repeated_rows"]) == (4800, 0) and not done.stderr
        return
    assert got["auc"] == want["auc"] and got["log_loss"] == want["log_loss"]


BAD = {
    "not a number": ("1,2,3,NaN,5,1,0,1", "line 3"), "out of range": ("1,2,3,2,5,1,0,1", "line 3"), "negative": ("1,2,3,-1,5,1,0,1", "line 3"), "half": ("1,2,3,0.5,5,1,0,1", "line 3"),
    "endless time": ("1,2,3,1,inf,1,0,1", "line 3"), "huge time": ("1,2,3,1,1e300,1,0,1", "line 3"), "no such day": ("1,2,3,1,2020-13-45 00:00:00,1,0,1", "line 3"), "no student": (",2,3,1,5,1,0,1", "line 3"),
    "no item": ("1,,3,1,5,1,0,1", "line 3"), "too short": ("1,2,3", "line 3"),
}


@pytest.mark.parametrize("word", ["fit bkt", "eval elo", "detect", "memory", "edges", "calibrate"])
@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_is_told_with_file_and_line(word, case, tmp_path):
    (tmp_path / "edges.csv").write_text("s0,s1\n")
    (tmp_path / "bad.csv").write_text(HEAD + "1,1,1,1,4,1,0,1\n" + BAD[case][0] + "\n")
    words = [str(tmp_path / "edges.csv") if w == "EDGES" else w for w in WORDS[word]]
    done = subprocess.run([PROGRAM, "model", *words, str(tmp_path / "bad.csv")], capture_output=True, text=True)
    assert done.returncode == 1 and "bad.csv" in done.stderr and BAD[case][1] in done.stderr and not done.stdout


@pytest.mark.parametrize("word", ["fit bkt", "detect", "calibrate"])
def test_wrong_columns_and_broken_files_are_told(word, tmp_path):
    whole = gzip.compress(invented(tmp_path / "a.csv").read_bytes())
    files = {"wrong.csv": b"a,b,c\n1,2,3\n", "cut.csv.gz": whole[:len(whole) // 2], "zeros.csv": b"user_id,item_id,correct\n1,2\x00,1\n", "turned.csv.gz": whole[:300] + bytes(40) + whole[340:], "empty.csv": b""}
    for name, text in files.items():
        (tmp_path / name).write_bytes(text)
        done = subprocess.run([PROGRAM, "model", *WORDS[word], str(tmp_path / name)], capture_output=True, text=True)
        assert done.returncode == 1 and name in done.stderr, (name, done.stderr)
    assert subprocess.run([PROGRAM, "model", *WORDS[word], str(tmp_path / "nowhere.csv")], capture_output=True, text=True).returncode == 3


def test_a_skill_or_an_item_in_no_row_changes_nothing(tmp_path):
    for name, extra in (("a", ""), ("b", "item 99\tskill 77\nitem 1\tskill 2\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.tsv").write_text("user_id\titem_id\tcorrect\n" + "".join(f"{u}\titem {k % 4}\t{(u + k) % 2}\n" for u in range(8) for k in range(9)))
        (tmp_path / name / "q_mat.tsv").write_text("item_id\tskill\n" + "".join(f"item {k}\tskill {k % 2 + 1}\n" for k in range(4)) + extra)
    one, two = (json.loads(model("fit", "--kind", "pfa", "--json", tmp_path / n).stdout) for n in "ab")
    assert set(one["parameters"]["skills"]) == {"skill 1", "skill 2"} == set(two["parameters"]["skills"])
    assert one["parameters"] == two["parameters"]  # the pair said twice counts once


@pytest.mark.parametrize("text", ["id,q1,q2\n1,0,1\n", "id,q1,q2\n" + "1,1,1\n" * 50, "id,q1,q2\n" + "1,0,0\n" * 50, "id,q1,q2\n" + "1,,\n" * 50, "id,q1\n" + "".join(f"{i},{i % 2}\n" for i in range(50))])
@pytest.mark.parametrize("item_kind", ["1pl", "2pl", "gpcm"])
def test_odd_scores_have_a_defined_result(item_kind, text, tmp_path):
    (tmp_path / "a.csv").write_text(text)
    done = subprocess.run([PROGRAM, "model", "calibrate", "--kind", item_kind, "--json", str(tmp_path / "a.csv")], capture_output=True, text=True)
    assert done.returncode in (0, 1) and (done.stderr if done.returncode else not re.search("nan|inf", done.stdout, re.I))


@pytest.mark.parametrize("words", ["bkt", "pfa", "best-lr-recency", "bkt --forget 0 --classes 2", "transfer --steps 2", "belief"])
def test_a_start_that_does_not_fit_is_refused_and_leaves_nothing(words, tmp_path):
    """A number of the file is missing or out of range; under the sanitizers also nothing is left in memory."""
    answers, out, bad = invented(tmp_path / "a.csv", students=40, each=20), tmp_path / "end.json", tmp_path / "bad.json"
    fit = ["fit", "--kind", *words.split()]
    model(*fit, "--out", out, answers)

    def broken(v, numbers):
        """As it was, with its last list a number shorter, or without a list its last probability out of range."""
        if isinstance(v, dict):
            for k in reversed(list(v)):
                new = broken(v[k], numbers)
                if new is not None:
                    return v | {k: new}
        if isinstance(v, list):
            if v and isinstance(v[-1], (int, float)):
                return v[:-1]
            for i in reversed(range(len(v))):
                new = broken(v[i], numbers)
                if new is not None:
                    return v[:i] + [new] + v[i + 1:]
        return -7 if numbers and isinstance(v, float) and 0 < v < 1 else None

    doc = json.loads(out.read_text())
    key = "transfer" if words.startswith("transfer") else "parameters"
    bad.write_text(json.dumps(doc | {key: broken(doc[key], False) or broken(doc[key], True)}))
    r = model(*fit, "--start", bad, answers, code=1)
    assert r.stderr.startswith("waymark:") and not r.stdout
