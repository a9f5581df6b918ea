"""model levels: a log replayed under a rule. What the rule itself does is test_lasting.py's."""
import csv
import json

from test_model import model

DAY = 86400
MONDAY = 1693785600  # 4 September 2023
HEAD = "user_id,item_id,skill_id,correct,timestamp,took_s\n"


def replay(tmp_path, rows, *words):
    log, out = tmp_path / "log.csv", tmp_path / "levels.csv"
    log.write_text(HEAD + "".join(",".join(map(str, r)) + "\n" for r in rows))
    done = model("levels", log, "--out", out, *words)
    return list(csv.DictReader(out.open())), done


def days(user, by_day, skill="fractions", took=30):
    """Rows of a student: {day: "110"}, an answer a minute."""
    return [(user, f"{skill}-{d}-{n}", skill, int(c), MONDAY + d * DAY + 36000 + 60 * n, took) for d, said in by_day.items() for n, c in enumerate(said)]


def test_secure_takes_days(tmp_path):
    diligent = {d: "11" for d in range(9) if d % 7 < 5}
    rows, _ = replay(tmp_path, days("ann", diligent) + days("ben", {0: "1" * 30}))
    assert list(rows[0]) == ["user", "index", "skill", "p", "low", "high", "level_before", "level_after"]
    ann, ben = ([r for r in rows if r["user"] == u] for u in ("ann", "ben"))
    assert [int(r["index"]) for r in ann] == list(range(len(ann))) and len(ben) == 30
    for a, b in zip(ann, ann[1:]):
        assert a["level_after"] == b["level_before"]
    for r in rows:
        assert 0 < float(r["low"]) < float(r["p"]) < float(r["high"]) < 1
    called = next(int(r["index"]) for r in ann if r["level_after"] == "secure")
    assert called >= 10, "five school days lie between the first success and the second showing"
    assert {r["level_after"] for r in ben} <= {"started", "nearly"}, "thirty right answers of one sitting are no lasting"
    assert float(ann[-1]["p"]) > float(ann[0]["p"]) and ann[0]["level_before"] == "not_yet"


def test_another_rule_and_a_floor(tmp_path):
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"mastery": {"rule": "model"}}))
    log = days("ben", {0: "1" * 8})
    rows, _ = replay(tmp_path, log, "--policy", policy)
    assert rows[-1]["level_after"] == "secure"
    fast, _ = replay(tmp_path, days("ben", {0: "1" * 8}, took=1), "--floor", 3)
    assert {r["level_after"] for r in fast} == {"not_yet"} and len({r["p"] for r in fast}) == 1


def test_what_others_answered_says_what_is_easy(tmp_path):
    train = tmp_path / "train.csv"
    train.write_text(HEAD + "".join(",".join(map(str, r)) + "\n" for u in range(60) for skill, said in (("easy", "11110"), ("hard", "00010")) for r in days(f"u{u}", {u % 5: said}, skill)))
    log = days("new", {0: "1"}, "easy") + days("new", {0: "1"}, "hard")
    known, _ = replay(tmp_path, log, "--train", train)
    cold, _ = replay(tmp_path, log)
    p = {r["skill"]: float(r["p"]) for r in known}
    assert p["easy"] > p["hard"] + .3 and abs(float(cold[0]["p"]) - float(cold[1]["p"])) < .2


def test_without_a_clock_it_says_so(tmp_path):
    log, out = tmp_path / "log.csv", tmp_path / "levels.csv"
    log.write_text("user_id,item_id,skill_id,correct\n" + "".join(f"ann,i{n},s,1\n" for n in range(20)))
    done = model("levels", log, "--out", out)
    assert "no times" in done.stderr
    assert "secure" not in out.read_text()
    assert "--out" in model("levels", log, code=2).stderr
