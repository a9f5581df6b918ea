"""A full disk, a file that cannot be written, slow and too many clients: a clear error, nothing lost, the server lives on."""
import os
import pwd
import random
import resource
import shutil
import socket
import subprocess
import time

import pytest
from client import Client
from harness import PROGRAM, Server, Sqlite, environment, waymark
from load import Ledger, Students
import school as schools


def until_refused(ledger, port, key="load0", most=4000):
    """Answers until the first clear refusal; says which it was."""
    c, rng = Client(port, ledger.school.users[key].token), random.Random(key)
    for _ in range(most):
        r = ledger.post(c, ledger.new(key, rng))
        if r.status != 200:
            c.close()
            return r
    raise AssertionError("nothing was refused")


def answers_again(ledger, port, n=5):
    c, rng = Client(port, ledger.school.load1.token), random.Random(7)
    for _ in range(n):
        r = ledger.post(c, ledger.new("load1", rng))
        assert r.status == 200, r
    c.close()


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "waymark-test", str(folder)], capture_output=True).returncode:
        pytest.skip("a file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.only("sqlite")
def test_disk_full(db, school, serve, small_disk):
    full = db.copy_to(small_disk / "db")
    s = Server(full)
    ledger = Ledger(school)
    answers_again(ledger, s.port)
    filler = small_disk / "filler"
    room = shutil.disk_usage(small_disk).free - 200_000
    filler.write_bytes(bytes(room))
    r = until_refused(ledger, s.port)
    assert r.status == 507 and r.code == "err.disk_full" and r.json["detail"], r
    c = Client(s.port, school.student.token)
    assert c.get("/api/v1/me/next").status == 200  # reading goes on
    c.close()
    assert s.alive()
    filler.unlink()
    answers_again(ledger, s.port)
    ledger.hold_against(full)
    ledger.resend(s.port)
    ledger.hold_against(full)
    s.stop()
    assert waymark("check", "--db", full.url, "--json").json["ok"]


@pytest.mark.only("sqlite")
def test_a_file_may_grow_no_further(db, school, serve):
    """RLIMIT_FSIZE: the write itself fails, and a signal comes with it."""
    limit = db.path.stat().st_size + 400_000
    s = serve(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)))
    ledger = Ledger(school)
    answers_again(ledger, s.port)
    students = Students(ledger, s.port, seed=1, keys=["load2", "load3"])
    r = until_refused(ledger, s.port)
    students.join()
    assert r.status == 507 and r.code == "err.disk_full", r
    assert {status for status, _ in ledger.refused} == {507}, ledger.refused
    assert s.alive()
    resource.prlimit(s.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    answers_again(ledger, s.port)
    ledger.hold_against(db)
    ledger.resend(s.port)
    ledger.hold_against(db)
    s.stop()
    assert waymark("check", "--db", db.url, "--json").json["ok"]


@pytest.mark.only("sqlite")
def test_a_file_that_cannot_be_written(db, tmp_path):
    """Told at the start, in words; as an ordinary user, since root may write everywhere."""
    before = db.path.read_bytes()
    command = [str(PROGRAM), "serve", "--db", db.url, "--listen", "127.0.0.1:0"]
    restore = None
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        command = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", *command]
        restore = [(p, p.stat().st_mode) for p in [db.path, db.folder, *db.folder.parents[:-2]]]  # all but /tmp
        for p, _ in restore[1:]:
            p.chmod(0o755)
    db.path.chmod(0o444)
    db.folder.chmod(0o555)
    try:
        r = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment(), cwd="/")
        assert r.returncode == 1, r
        assert "written" in r.stderr or "readonly" in r.stderr.replace("-", ""), r.stderr
        assert db.path.read_bytes() == before
    finally:
        db.folder.chmod(0o755)
        for p, mode in restore or []:
            p.chmod(mode & 0o7777)


@pytest.mark.only("postgresql")
def test_a_database_that_takes_no_writes(db, school, server, postgres):
    ledger = Ledger(school)
    answers_again(ledger, server.port)
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{db.name}'"
    postgres.psql("postgres", f"ALTER DATABASE {db.name} SET default_transaction_read_only = on; {cut}")
    r = until_refused(ledger, server.port)
    assert r.status in (500, 503) and r.code == "err.read_only", r
    c = Client(server.port, school.student.token)
    assert c.get("/api/v1/me/next").status == 200
    c.close()
    postgres.psql("postgres", f"ALTER DATABASE {db.name} RESET default_transaction_read_only; {cut}")
    answers_again(ledger, server.port)
    ledger.hold_against(db)
    ledger.resend(server.port)
    ledger.hold_against(db)


@pytest.mark.only("sqlite")
def test_slow_clients_hold_nobody_up(school, server):
    """A head that drips, a body that drips, a reply that nobody reads: each is let go, and others do not wait for it."""
    token = school.student.token
    whole = f"POST /api/v1/me/answers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n"
    drips = []
    for i in range(60):
        s = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        s.sendall(whole.encode() if i % 2 else b"GET /today HTTP/1.1\r\nHost: x\r\n")
        if i % 2:
            s.sendall(b"\r\n{")
        s.setblocking(False)
        drips.append(s)
    unread = socket.create_connection(("127.0.0.1", server.port))
    unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    unread.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 30)
    begun, open_ones, slowest = time.monotonic(), set(drips), 0.0
    c = Client(server.port, token)
    while open_ones and time.monotonic() - begun < 40:
        for s in list(open_ones):
            try:
                s.send(b"x")
                if s.recv(1000) == b"":
                    raise ConnectionResetError
            except BlockingIOError:
                pass
            except OSError:
                open_ones.discard(s)
        at = time.monotonic()
        assert c.get("/api/v1/me").status == 200
        slowest = max(slowest, time.monotonic() - at)
        time.sleep(0.3)
    c.close()
    unread.close()
    for s in drips:
        s.close()
    assert not open_ones, f"{len(open_ones)} of {len(drips)} dripping connections are still held after 40 s"
    assert slowest < 10, f"another waited {slowest:.1f} s"


@pytest.mark.only("sqlite")
def test_too_many_connections(db, school, serve):
    """More connections than files may be open: those that are served go on, and when the crowd leaves all is as before."""
    s = serve(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)))
    ledger = Ledger(school)
    before = Client(s.port, school.student.token)
    assert before.get("/api/v1/me").status == 200
    answers_again(ledger, s.port)
    crowd = []
    try:
        for _ in range(600):
            try:
                c = socket.create_connection(("127.0.0.1", s.port), timeout=0.5)
            except OSError:
                break
            crowd.append(c)
        assert len(crowd) > 150
        item = next(i for i in school.items.values() if i["course"] == "co1")
        assert before.answer({"item_id": item["id"], "variant": 1}, school.right(item["id"])).status == 200
        assert before.get("/api/v1/me/next").status == 200
    finally:
        for c in crowd:
            c.close()
    time.sleep(0.5)
    before.close()
    assert s.alive()
    answers_again(ledger, s.port)
    s.stop()
    assert waymark("check", "--db", db.url, "--json").json["ok"]
