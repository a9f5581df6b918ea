"""Deriving everything anew: facts a second for rebuild and check (from the rows) and for a what-if (from packed histories), on one core
and on two, beside the time to read the rows alone, at growing numbers of students with 2,000 facts each, to show that the cost grows
in line. Of the program's own time it tells apart reading and folding: the fold is to cost less than reading does.

usage: rebuild.py [--students 1000,3000,10000] [--each 2000] [--only sqlite|postgresql]
"""
import json
import os
import subprocess
import time

from common import WAYMARK, districts, remember, store_facts


def seconds(*words, core=None):
    """How long it took, and what it said; on one core alone where one is named."""
    begin = time.monotonic()
    words = ["taskset", "-c", str(core), WAYMARK, *map(str, words)] if core is not None else [WAYMARK, *map(str, words)]
    out = subprocess.run(words, capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(f"{' '.join(words)}: {out.stderr}")
    return time.monotonic() - begin, json.loads(out.stdout)


def least_of_three(*words, core=None):
    """The quickest: the machine is shared, and its speed moves by half as much again from one process to the next."""
    return min((seconds(*words, core=core) for _ in range(3)), key=lambda run: run[0])


def read_rows(db):
    """The rows of the facts, every column looked at, by the database's own shell: what no way of deriving can be quicker than."""
    columns = "learner_id + evidence_id + length(client_id) + kind + item_id + item_version + variant + score + attempt + hints + took_ms + answered_at_ms + school_date + policy_id + model_id + shown_error"
    begin = time.monotonic()
    db.rows(f"SELECT SUM({columns}) FROM evidence")
    return time.monotonic() - begin


def measure(db, students, each, folder):
    store_facts(db, each)
    facts = int(db.rows("SELECT COUNT(*) FROM evidence")[0][0])
    plan = os.path.join(folder, "plan.json")
    with open(plan, "w") as f:
        json.dump({"mastery": {"secure_at": 0.9}}, f)
    seconds("rebuild", "--db", db.url, "--json")  # makes the derived rows and packs the histories
    rebuild, _ = seconds("rebuild", "--db", db.url, "--json")
    check, by_rows = seconds("check", "--db", db.url, "--json")
    one, by_packs = least_of_three("rebuild", "--what-if", plan, "--db", db.url, "--json", core=0)
    two, out = least_of_three("rebuild", "--what-if", plan, "--db", db.url, "--json")
    rows = read_rows(db)
    figures = {"rebuild_per_s": facts / rebuild, "check_per_s": facts / check, "what_if_one_core_per_s": facts / one, "what_if_two_cores_per_s": facts / two, "rows_per_s": facts / rows,
               "rows_read_here_per_s": facts / by_rows["read_s"], "fold_of_rows_per_s": facts / by_rows["fold_s"], "packs_read_per_s": facts / max(by_packs["read_s"], 1e-6), "fold_of_packs_per_s": facts / by_packs["fold_s"]}
    print(f"  {db.kind:10} {students:6,} students {facts:11,} facts: a what-if takes {one:.2f} s on one core, {two:.2f} s on two; {out['changed']} levels would change")
    for name, value in figures.items():
        print(f"      {name:26} {value:14,.0f}")
    remember("rebuild", database=db.kind, students=students, facts=facts, what_if_s=round(two, 3), what_if_one_core_s=round(one, 3), **{k: round(v) for k, v in figures.items()})


for db, students, each, folder in districts("1000,3000,10000"):
    measure(db, students, each, folder)
