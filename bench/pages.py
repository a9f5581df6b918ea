"""Server CPU of the pages with a year of evidence behind them (140 students × 3,000 facts, 60 skills), with compression;
weight over the wire, start, memory. Bars: DESIGN §8.

usage: pages.py [--only sqlite|postgresql] [--facts N]
"""
import gzip
import json
import os
import sys
import time
import urllib.request

from common import Database, Scratch, Serving, remember, school, tokens, waymark

SKILLS, STUDENTS = 60, 140


def option(name, default):
    return type(default)(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def pack(folder):
    """Sixty skills in a chain, two families each."""
    os.makedirs(os.path.join(folder, "items"))
    skills = [{"id": f"bench:{k}", "code": f"B.{k}", "short": f"Skill number {k} of the year", "statement": f"Skill {k}", "grades": ["05"], "prerequisites": [f"bench:{k - 1}"] if k else [], "try_at_home": "Talk about it."} for k in range(SKILLS)]
    json.dump({"format": "waymark-pack/1", "id": "bench:pack", "title": "Sixty skills", "language": "en", "version": "1", "licence": {"name": "CC BY 4.0"}, "attribution": {"text": "bench"}, "competencies": skills}, open(os.path.join(folder, "pack.json"), "w"))
    items = [{"source_id": f"bench:{k}.{i}", "title": "Add", "body": "What is $\\frac{ {{a}} }{9} + \\frac{ {{b}} }{9}$?", "vars": {"a": {"from": 1, "to": 9}, "b": {"from": 1, "to": 9}, "s": {"is": "(a+b)/9"}},
              "interaction": {"type": "text_entry", "label": "Your answer"}, "key": {"kind": "number", "values": ["{{s}}"]}, "errors": [{"match": "(a+b)/18", "feedback": "The bottoms stay."}],
              "hints": [{"id": "h1", "type": "hint", "body": "The pieces are ninths."}, {"id": "h2", "type": "hint", "body": "Add the tops.", "depends": ["h1"]}], "competencies": [f"bench:{k}"]} for k in range(SKILLS) for i in range(2)]
    json.dump(items, open(os.path.join(folder, "items/items.json"), "w"))


def year(db, each):
    """So many facts for each student, over all skills, right three times in four; the state follows by rebuild."""
    policy = db.rows("SELECT MAX(policy_id) FROM policy")[0][0]
    model = db.rows("SELECT MAX(model_id) FROM model")[0][0]
    now = int(time.time() * 1000)
    first = (now - 300 * 86400000 - 1577836800000) << 22  # base/id.h: milliseconds since 2020 above 22 bits
    step = (299 * 86400000 // each) << 22
    items = "(SELECT item_id, ROW_NUMBER() OVER (ORDER BY item_id) - 1 AS k FROM item)"
    series = f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {each}) SELECT n FROM s)" if db.kind == "sqlite" else f"(SELECT CAST(n AS BIGINT) AS n FROM generate_series(1, {each}) n)"
    who = "(SELECT DISTINCT district_id, user_id FROM enrollment WHERE role = 'student')"
    count = db.rows("SELECT COUNT(*) FROM item")[0][0]
    db.run(f"INSERT INTO evidence SELECT u.district_id, u.user_id, {first} + s.n * {step}, 'old-' || s.n, 1, i.item_id, 1, s.n, NULL, CASE WHEN (s.n * 7919 + u.user_id) % 4 > 0 THEN 1.0 ELSE 0.0 END, 1, 0, 20000, {now - 300 * 86400000} + s.n * {299 * 86400000 // each}, 20000, {policy}, {model}, NULL, NULL, CASE WHEN (s.n * 7919 + u.user_id) % 4 > 0 THEN 0 ELSE 1 END, NULL FROM {who} u, {series} s JOIN {items} i ON i.k = s.n % {count}",
           f"INSERT INTO evidence_response SELECT u.district_id, u.user_id, 'old-' || s.n, {first} + s.n * {step}, s.n, '\"1/9\"' FROM {who} u, {series} s")
    begin = time.monotonic()
    waymark("rebuild", "--db", db.url)
    return time.monotonic() - begin


def cpu_of(server, path, token, times):
    """Milliseconds of server CPU a request, bytes over the wire, and plain."""
    def once():
        r = server.get(path, token, **{"Accept-Encoding": "gzip"})
        return r.headers.get("Content-Encoding"), r.read()
    for _ in range(5):
        kind, body = once()
    before = server.cpu()
    for _ in range(times):
        once()
    return (server.cpu() - before) / times * 1000, len(body), len(gzip.decompress(body) if kind == "gzip" else body)


def measure(kind, scratch, each):
    folder = os.path.join(scratch, kind)
    os.mkdir(folder, 0o755)
    db = Database(kind, folder)
    try:
        school(db, STUDENTS, scratch, os.path.join(scratch, "pack"))
        rebuilt = year(db, each)
        print(f"{kind}: {STUDENTS} students × {each:,} facts × {SKILLS} skills; rebuild of all {rebuilt:.1f} s = {STUDENTS * each / rebuilt:,.0f} facts/s")
        teacher, klass = db.rows("SELECT e.user_id, e.class_id FROM enrollment e JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id WHERE e.role = 'teacher' AND c.grades = '05' ORDER BY e.class_id LIMIT 1")[0]
        student = db.rows(f"SELECT user_id FROM enrollment WHERE class_id = {klass} AND role = 'student' ORDER BY user_id LIMIT 1")[0][0]
        token = tokens(db, [teacher, student])
        begin = time.monotonic()
        server = Serving(db)
        first = server.get("/readyz", token[student]).status
        started = time.monotonic() - begin
        pages = [("Today", "/today", student, 1), ("item", "/item", student, 1), ("map", "/map", student, 5), ("class 35 × 60", f"/class/{klass}", teacher, 5), ("queue of 70", "/now", teacher, 5)]
        figures = {}
        for name, path, who, bar in pages:
            ms, wire, plain = cpu_of(server, path, token[who], 100)
            figures[name.split()[0].lower()] = round(ms, 2)
            print(f"  {name:14} {ms:6.2f} ms of server CPU (bar {bar})   {wire / 1024:5.1f} KiB over the wire, {plain / 1024:.1f} plain")
        print(f"  start to first answer {started * 1000:.0f} ms (bar 100; {first})   memory {server.memory_mib():.0f} MiB (bar 128)")
        remember("pages", database=kind, facts=STUDENTS * each, rebuild_s=round(rebuilt, 2), start_ms=round(started * 1000), rss_mib=round(server.memory_mib()), **{f"{k}_ms": v for k, v in figures.items()})
        server.stop()
    finally:
        db.close()


with Scratch() as scratch:
    pack(os.path.join(scratch, "pack"))
    for kind in ("sqlite", "postgresql"):
        if option("--only", kind) == kind:
            measure(kind, scratch, option("--facts", 3000))
