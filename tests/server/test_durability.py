"""Acknowledged means durable: killed under load, cut off from the database, on a slow disk."""
import http.client
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time

import pytest
from client import Client
from harness import Postgresql, Server, environment, waymark
from load import Ledger, Students
import pg
import school as schools

ROUNDS = {"sqlite": 20, "postgresql": 5}


def test_killed_under_load(db, school, clients, server, serve, kind):
    server.stop()
    ledger, rng = Ledger(school), random.Random(20)
    in_doubt = 0
    for n in range(ROUNDS[kind]):
        s = serve()
        students = Students(ledger, s.port, seed=n)
        students.wait_for(rng.randrange(4, 30))
        time.sleep(rng.random() * 0.02)
        s.kill()
        students.join()
        in_doubt = sum(1 for x in ledger.all.values() if not x.evidence_id)
    assert in_doubt >= ROUNDS[kind] // 2, "the kills hit no answer under way: this was no load"
    ledger.hold_against(db)
    s = serve()
    ledger.resend(s.port)
    assert all(x.evidence_id for x in ledger.all.values())
    ledger.hold_against(db)
    assert db.rows("SELECT COUNT(*) FROM evidence") == [[str(len(ledger.all))]]
    s.stop()
    assert waymark("check", "--db", db.url, "--json").json["ok"]


def test_stopped_under_load(db, school, serve):
    """SIGTERM: what has begun is finished."""
    ledger = Ledger(school)
    for n in range(3):
        s = serve()
        students = Students(ledger, s.port, seed=n)
        students.wait_for(10)
        s.stop()
        students.join()
    ledger.hold_against(db)
    s = serve()
    ledger.resend(s.port)
    ledger.hold_against(db)


def test_resends_at_the_same_moment_are_one(db, school, server):
    """The same answer from many connections at once: one fact, one id."""
    ledger, rng = Ledger(school), random.Random(3)
    for _ in range(5):
        sent = ledger.new("load0", rng)
        gate, got = threading.Barrier(8), []

        def post():
            c = Client(server.port, school.load0.token)
            c.get("/api/v1/me")
            gate.wait()
            got.append(c.post("/api/v1/me/answers", sent.body).json["evidence_id"])
            c.close()

        threads = [threading.Thread(target=post) for _ in range(8)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert len(got) == 8 and len(set(got)) == 1
        sent.evidence_id = got[0]
    ledger.hold_against(db)
    assert db.rows("SELECT COUNT(*) FROM evidence") == [["5"]]


def reads_come_back(port, school, timeout=20):
    c, until = Client(port, school.student.token), time.monotonic() + timeout
    while True:
        r = c.get("/api/v1/me")
        if r.status == 200:
            c.close()
            return
        assert r.status == 503 and r.code, r
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.only("postgresql")
def test_the_database_connection_is_cut(db, school, server, postgres):
    ledger = Ledger(school)
    for n in range(4):
        students = Students(ledger, server.port, seed=n)
        students.wait_for(15)
        postgres.psql("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{db.name}'")
        reads_come_back(server.port, school)
        students.wait_for(students.acks + 15)
        students.join()
    assert server.alive()
    assert all(status == 503 for status, _ in ledger.refused), ledger.refused
    ledger.hold_against(db)
    ledger.resend(server.port)
    ledger.hold_against(db)
    server.stop()
    assert waymark("check", "--db", db.url, "--json").json["ok"]


@pytest.mark.only("postgresql")
def test_the_database_crashes_and_comes_back(db, school, server, postgres):
    ledger = Ledger(school)
    students = Students(ledger, server.port, seed=1, patient=True)
    students.wait_for(20)
    postgres.stop("immediate")
    try:
        c = Client(server.port, school.student.token)
        r = c.get("/api/v1/me")
        assert r.status == 503 and r.code == "err.database_lost", r
        item = next(i for i in school.items.values() if i["course"] == "co1")
        r = c.answer({"item_id": item["id"], "variant": 0}, "1")
        assert r.status == 503 and r.code == "err.database_lost" and r.json["detail"], r
        assert r.headers["Retry-After"]
        page = Client(server.port)
        assert page.sign_in(school.student.username, schools.PASSWORD).status == 503
        assert page.get("/healthz").status == 200  # the process runs
        assert page.get("/readyz").status == 503   # the database does not answer
        page.close()
        c.close()
    finally:
        postgres.start()
    reads_come_back(server.port, school)
    students.wait_for(students.acks + 20)
    students.join()
    assert server.alive()
    ledger.hold_against(db)
    ledger.resend(server.port)
    ledger.hold_against(db)


@pytest.fixture(scope="session")
def slow_calls():
    """Built here; in a folder that also PostgreSQL's user may read."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="waymark-slow-"))
    folder.chmod(0o755)
    lib = folder / "slow_calls.so"
    source = os.path.join(os.path.dirname(__file__), "slow_calls.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(lib), source, "-ldl"], check=True)
    lib.chmod(0o755)
    yield lib
    shutil.rmtree(folder)


def plain():
    return os.environ.get("WAYMARK_PLAIN") or None


def several_answers(port, school, seed, each=6, keys=("load0", "load1", "load2", "load3")):
    """[(sent, acknowledged)] of several students at once."""
    ledger, times = Ledger(school), []

    def work(key):
        rng, c = random.Random(f"{seed}-{key}"), Client(port, school.users[key].token)
        c.get("/api/v1/me")
        for _ in range(each):
            sent = ledger.new(key, rng)
            assert ledger.post(c, sent).status == 200
            times.append((sent.sent_at, sent.acked_at))
        c.close()

    threads = [threading.Thread(target=work, args=(k,)) for k in keys]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(times) == each * len(keys) and not ledger.odd, ledger.odd
    return sorted(times)


@pytest.mark.only("sqlite")
def test_nothing_is_acknowledged_before_the_disk_has_it(db, school, serve, slow_calls, tmp_path):
    s = serve(program=plain())
    quick = several_answers(s.port, school, "quick")
    assert min(b - a for a, b in quick) < 0.05, "without the slow disk this is slow too: the test would show nothing"
    s.stop()
    log = tmp_path / "syncs"
    asan = os.environ.get("ASAN_OPTIONS", "detect_leaks=1") + ":verify_asan_link_order=0"
    s = serve(program=plain(), env=environment(LD_PRELOAD=slow_calls, SLOW_SYNC_LOG=log, ASAN_OPTIONS=asan))
    times = several_answers(s.port, school, "slow")
    s.stop()
    assert min(b - a for a, b in times) >= 0.05
    syncs = [(int(a) / 1e9, int(b) / 1e9) for a, b, f in (line.split(" ", 2) for line in log.read_text().splitlines()) if re.search(r"-wal$", f)]
    assert syncs
    for sent, acked in times:
        assert any(sent <= begin and end <= acked for begin, end in syncs), "no sync of the log began after the answer was sent and ended before it was acknowledged"


def test_stopped_while_others_connect(serve, slow_calls):
    """Whoever comes while the server stops is told to come again or finds nobody; the server ends in order."""
    asan = os.environ.get("ASAN_OPTIONS", "detect_leaks=1") + ":verify_asan_link_order=0"
    s = serve(program=plain(), env=environment(LD_PRELOAD=slow_calls, SLOW_REMOVE_MS="50", ASAN_OPTIONS=asan))
    told, over = set(), threading.Event()

    def connect():
        while not over.is_set():
            try:
                c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=5)
                c.request("GET", "/healthz")
                told.add(c.getresponse().status)
                c.close()
            except (OSError, http.client.HTTPException):
                told.add(None)

    threads = [threading.Thread(target=connect) for _ in range(4)]
    [t.start() for t in threads]
    time.sleep(0.2)
    try:
        s.stop()
    finally:
        over.set()
        [t.join() for t in threads]
    assert told == {200, 503, None}


@pytest.mark.only("postgresql")
def test_nothing_is_acknowledged_before_postgresql_has_it(school, slow_calls, tmp_path, tmp_path_factory):
    own = pg.Server(tempfile.mkdtemp(prefix="waymark-pg-slow-"))
    own.create()
    own.start()
    try:
        db = Postgresql(own, tmp_path / "db")
        there = schools.build(db, tmp_path)
        own.stop()
        own.start({"LD_PRELOAD": str(slow_calls)})
        s = Server(db, program=plain())
        try:
            times = several_answers(s.port, there, "slow", each=4)
        finally:
            s.stop()
        assert min(b - a for a, b in times) >= 0.05
    finally:
        own.remove()
