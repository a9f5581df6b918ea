"""Instructions, which do not move with the machine as times do: the answer path and the pages stay within their budgets.

A build without sanitizers (WAYMARK_PLAIN) serves the sample district under callgrind. After a change that is meant to cost
more, print the figures with `pytest -s tests/server/test_budget.py` and say in the commit why the budget moves.
"""
import gzip
import http.client
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import time

import pytest

# Thousands of instructions of the whole process for one request, what it does by the clock taken off; measured with
# clang 14 -O2 (500, 210, 920, 830, 3600, 6230 to 6680 from sample to sample), and some room on top.
BUDGETS = {"answer": 640, "next": 320, "today": 1300, "item": 900, "class": 3900, "now": 6900}
PLAIN = os.environ.get("WAYMARK_PLAIN")


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    if not PLAIN:
        pytest.skip("WAYMARK_PLAIN names no build without sanitizers")
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    folder = tmp_path_factory.mktemp("budget")
    sample = folder / "sample"
    subprocess.run([PLAIN, "demo", "--dir", sample, "--students", "60", "--weeks", "6", "--no-serve"], check=True, capture_output=True)
    db = sample / "waymark.db"
    students = [u for u, in sqlite3.connect(db).execute("SELECT u.username FROM user_account u JOIN user_role r ON r.user_id = u.user_id WHERE r.role = 'student' ORDER BY u.username LIMIT 40")]
    token = {u: subprocess.run([PLAIN, "token", "create", "--db", db, "--user", u], check=True, capture_output=True, text=True).stdout.strip() for u in ["sofia.rivera", *students]}
    out = folder / "callgrind"
    server = subprocess.Popen(["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}", PLAIN, "serve", "--db", db, "--listen", "127.0.0.1:0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        yield measure(server, folder, token, students)
    finally:
        server.kill()
        server.wait()


def measure(server, folder, token, students):
    for line in server.stderr:
        if m := re.search(r"Waymark is at http://127.0.0.1:(\d+)", line):
            break
    else:
        pytest.fail("the server did not start under valgrind")
    h = http.client.HTTPConnection("127.0.0.1", int(m[1]), timeout=60)

    def ask(method, path, who, body=None):
        h.request(method, path, body and json.dumps(body), {"Authorization": f"Bearer {token[who]}", "Content-Type": "application/json", "Accept-Encoding": "gzip"})
        r = h.getresponse()
        data = r.read()
        assert r.status == 200, (path, r.status, data[:300])
        return gzip.decompress(data) if r.headers.get("Content-Encoding") == "gzip" else data

    def control(*words):
        subprocess.run(["callgrind_control", *words, str(server.pid)], check=True, capture_output=True)

    def dumped():
        files = sorted(folder.glob("callgrind*"), key=lambda p: p.stat().st_mtime)
        return sum(int(m) for f in files for m in re.findall(r"^totals: (\d+)", f.read_text(), re.M))

    figures = {}

    def counted(name, work):
        """Instructions and seconds."""
        control("-i", "on")
        begin = time.monotonic()
        work()
        took = time.monotonic() - begin
        control("-i", "off")
        before = dumped()
        control("-d", name)
        return dumped() - before, took

    def count(name, times, one, warm=6):
        for k in range(warm):
            one(k)
        # The least of three: what happens to fall into one of them, such as content read anew, is not the request's.
        for turn in range(3):
            instructions, took = counted(f"{name}-{turn}", lambda: [one(100 + turn * times + k) for k in range(times)])
            figures[name] = min(figures.get(name, float("inf")), (instructions - a_second * took) / times / 1000)

    instructions, took = counted("idle", lambda: time.sleep(3))
    a_second = instructions / took

    serial = [0]

    # Which question someone gets depends on ids that differ from sample to sample, and questions differ in cost: many are asked.
    def student(k):
        return students[k % len(students)]

    def answer(k):
        n = json.loads(h_next(k))
        serial[0] += 1
        choices = n["interaction"].get("choices")
        ask("POST", "/api/v1/me/answers", student(k), {"client_id": f"budget-{serial[0]:06}", "item_id": n["item_id"], "variant": n["variant"], "response": [choices[0]["id"]] if choices else "3/4", "took_ms": 9000, "hints": 0})

    def h_next(k):
        return ask("GET", "/api/v1/me/next", student(k))

    klass = next(c["id"] for c in json.loads(ask("GET", "/api/v1/me", "sofia.rivera"))["classes"])
    count("next", 40, h_next, warm=40)
    count("answer", 40, answer, warm=150)  # until the items that come are in memory
    figures["answer"] -= figures["next"]
    count("today", 40, lambda k: ask("GET", "/today", student(k)))
    count("item", 40, lambda k: ask("GET", "/item", student(k)))
    count("class", 15, lambda _: ask("GET", f"/class/{klass}", "sofia.rivera"))
    count("now", 15, lambda _: ask("GET", "/now", "sofia.rivera"))
    print("\n" + "  ".join(f"{k} {v:,.0f}k (of {BUDGETS[k]:,}k)" for k, v in figures.items()))
    return figures


@pytest.mark.parametrize("name", sorted(BUDGETS))
def test_instructions(counted, name):
    assert counted[name] > 20, "nothing was counted"
    assert counted[name] <= BUDGETS[name], f"{name}: {counted[name]:,.0f} thousand instructions, budget {BUDGETS[name]:,}"
