"""Deriving everything anew: facts a second for rebuild, for a check and for a what-if, beside the time to read the rows alone,
at growing numbers of students with 2,000 facts each, to show that the cost grows in line.

usage: rebuild.py [--students 300,1000,3000] [--each 2000] [--only sqlite|postgresql]
"""
import json
import os
import sqlite3
import subprocess
import sys
import time

from common import WAYMARK, Database, Scratch, remember, school, waymark


def option(name, default):
    return type(default)(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def store_facts(db, each):
    """A year of answers for each student, three of four right, spread over the items; times rise with the ids."""
    policy, model = db.rows("SELECT MAX(policy_id) FROM policy")[0][0], db.rows("SELECT MAX(model_id) FROM model")[0][0]
    now = int(time.time() * 1000)
    first, step = (now - 300 * 86400000 - 1577836800000) << 22, (299 * 86400000 // each) << 22
    count = db.rows("SELECT COUNT(*) FROM item")[0][0]
    items = "(SELECT item_id, ROW_NUMBER() OVER (ORDER BY item_id) - 1 AS k FROM item)"
    series = f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {each}) SELECT n FROM s)" if db.kind == "sqlite" else f"(SELECT CAST(n AS BIGINT) AS n FROM generate_series(1, {each}) n)"
    who = "(SELECT DISTINCT district_id, user_id FROM enrollment WHERE role = 'student')"
    db.run(f"INSERT INTO evidence SELECT u.district_id, u.user_id, {first} + s.n * {step}, 'old-' || s.n, 1, i.item_id, 1, s.n, NULL, CASE WHEN (s.n * 7919 + u.user_id) % 4 > 0 THEN 1.0 ELSE 0.0 END, 1, 0, 20000, {now - 300 * 86400000} + s.n * {299 * 86400000 // each}, 20000, {policy}, {model}, NULL, NULL, 0, NULL FROM {who} u, {series} s JOIN {items} i ON i.k = s.n % {count}")


def seconds(*words):
    begin = time.monotonic()
    out = waymark(*words)
    return time.monotonic() - begin, out


def read_rows(db):
    """The rows of the facts, every column looked at, by the database's own shell: what no way of deriving can be quicker than."""
    columns = "learner_id + evidence_id + length(client_id) + kind + item_id + item_version + variant + score + attempt + hints + took_ms + answered_at_ms + school_date + policy_id + model_id + shown_error"
    begin = time.monotonic()
    db.rows(f"SELECT SUM({columns}) FROM evidence")
    return time.monotonic() - begin


def measure(kind, scratch, students, each):
    folder = os.path.join(scratch, f"{kind}-{students}")
    os.mkdir(folder, 0o755)
    db = Database(kind, folder)
    try:
        school(db, students, scratch)
        store_facts(db, each)
        facts = int(db.rows("SELECT COUNT(*) FROM evidence")[0][0])
        plan = os.path.join(folder, "plan.json")
        with open(plan, "w") as f:
            json.dump({"mastery": {"secure_at": 0.9}}, f)
        rebuild, _ = seconds("rebuild", "--db", db.url)
        what_if, out = seconds("rebuild", "--what-if", plan, "--db", db.url, "--json")
        check, _ = seconds("check", "--db", db.url)
        rows = read_rows(db)
        print(f"  {kind:10} {students:6,} students {facts:11,} facts   rebuild {facts / rebuild:10,.0f} facts/s   what-if {what_if:6.2f} s ({facts / what_if:10,.0f} facts/s)   check {facts / check:10,.0f} facts/s   the rows alone {facts / rows:10,.0f} facts/s   {json.loads(out)['changed']} levels would change")
        remember("rebuild", database=kind, students=students, facts=facts, rebuild_per_s=round(facts / rebuild), what_if_s=round(what_if, 3), check_per_s=round(facts / check), rows_per_s=round(facts / rows))
    finally:
        db.close()


with Scratch() as scratch:
    for kind in ("sqlite", "postgresql"):
        if option("--only", kind) == kind:
            for students in map(int, option("--students", "300,1000,3000").split(",")):
                measure(kind, scratch, students, option("--each", 2000))
