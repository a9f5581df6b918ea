"""Answers a second over HTTP: parse, score, durable, mastery, next step; 30 % typed, with 2 million facts stored, on two
cores that the load shares. Bars: DESIGN §8. The disk's own sync time is taken in the same run.

usage: answer.py [--facts N] [--seconds N] [--only sqlite|postgresql]
"""
import os
import subprocess
import sys

from common import ROOT, Database, Scratch, Serving, items_of, learners_of, option, remember, school, sync_ms, tokens


def store_facts(db, learners, facts):
    """So many old facts, spread over the learners, with their responses; older than anything the load adds."""
    each = max(1, facts // len(learners))
    item, version = db.rows("SELECT item_id, version FROM item ORDER BY item_id LIMIT 1")[0]
    policy = db.rows("SELECT MAX(policy_id) FROM policy")[0][0]
    model = db.rows("SELECT MAX(model_id) FROM model")[0][0]
    series = f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {each}) SELECT n FROM s)" if db.kind == "sqlite" else f"(SELECT n FROM generate_series(1, {each}) n)"
    who = "(SELECT DISTINCT district_id, user_id FROM enrollment WHERE role = 'student')"
    db.run(f"INSERT INTO evidence SELECT u.district_id, u.user_id, 1000000 + s.n, 'old-' || s.n, 1, {item}, {version}, s.n, NULL, 1.0, 1, 0, 20000, 1600000000000 + s.n, 18500, {policy}, {model}, NULL, NULL, 0, NULL FROM {who} u, {series} s",
           f"INSERT INTO evidence_response SELECT u.district_id, u.user_id, 'old-' || s.n, 1000000 + s.n, s.n, '\"1/2\"' FROM {who} u, {series} s")
    if db.kind == "postgresql":
        db.run("ANALYZE")
    return each * len(learners)


def load(server, path, connections, seconds):
    before = server.cpu()
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", ROOT / "bench/answer.lua", server.base], env={**os.environ, "WAYMARK_LOAD": path}, capture_output=True, text=True)
    line = next((l for l in out.stdout.splitlines() if l.startswith("RESULT")), None)
    if not line:
        raise SystemExit(out.stdout + out.stderr)
    if out.stderr:
        print(out.stderr, file=sys.stderr)
    requests, micros, p50, p99, errors = map(int, line.split()[1:])
    return {"rate": requests * 1e6 / micros, "p50": p50 / 1000, "p99": p99 / 1000, "cpu": (server.cpu() - before) / max(requests, 1) * 1e6, "errors": errors}


def measure(kind, scratch, facts, seconds):
    folder = os.path.join(scratch, kind)
    os.mkdir(folder, 0o755)
    db = Database(kind, folder)
    try:
        school(db, 1000, scratch)
        learners = learners_of(db)
        stored = store_facts(db, learners, facts)
        token = tokens(db, [l for l, _ in learners])
        items = items_of(db)
        sync = sync_ms(folder)
        print(f"{kind}: {stored:,} facts, {len(learners)} learners, {len(items)} items; a sync of this disk takes {sync:.2f} ms")
        server = Serving(db)
        for name, some in (("64 learners", learners[:64]), (f"{len(learners)} learners", learners)):
            path = os.path.join(folder, "load.txt")
            with open(path, "w") as f:
                f.writelines(f"learner {token[l]} {c}\n" for l, c in some)
                f.writelines(f"item {c} {i} {k} {r}\n" for c, i, k, r in items)
            load(server, path, 64, 2)  # warm
            r = load(server, path, 64, seconds)
            bar = 5000 if kind == "postgresql" else min(10000, 0.7 * 64 / (2 * sync / 1000)) if some is not learners else 6000
            print(f"  {name:14} {r['rate']:8,.0f} answers/s (bar {bar:,.0f})   p50 {r['p50']:.1f} ms   p99 {r['p99']:.1f} ms   server CPU {r['cpu']:.0f} µs each (bar 120)   errors {r['errors']}")
            remember("answer", database=kind, learners=len(some), facts=stored, rate=round(r["rate"]), p50_ms=round(r["p50"], 2), p99_ms=round(r["p99"], 2), cpu_us=round(r["cpu"], 1), sync_ms=round(sync, 3), errors=r["errors"])
        print(f"  memory {server.memory_mib():.0f} MiB (RssAnon)")
        server.stop()
    finally:
        db.close()


with Scratch() as scratch:
    for kind in ("sqlite", "postgresql"):
        if option("--only", kind) == kind:
            measure(kind, scratch, option("--facts", 2000000), option("--seconds", 8))
