"""What the benches share: a school of a given size on either database, tokens, the disk's own time, the history file."""
import datetime
import hashlib
import os
import pathlib
import secrets
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
WAYMARK = os.environ.get("WAYMARK", str(ROOT / "build/waymark"))
sys.path.insert(0, str(ROOT / "tests/server"))


def waymark(*args):
    out = subprocess.run([WAYMARK, *map(str, args)], capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(f"waymark {' '.join(map(str, args))}: {out.stderr}")
    return out.stdout


class Database:
    """SQLite in a file, or PostgreSQL in a private cluster: the same few words for both."""

    def __init__(self, kind, folder):
        self.kind, self.folder = kind, pathlib.Path(folder)
        if kind == "sqlite":
            self.url = str(self.folder / "waymark.db")
            self.cluster = None
        else:
            import pg
            self.cluster = pg.Server(self.folder / "pg")
            self.cluster.create()
            self.cluster.start()
            self.name = self.cluster.database()
            self.url = self.cluster.url(self.name)

    def run(self, *statements):
        if self.kind == "sqlite":
            db = sqlite3.connect(self.url)
            db.execute("PRAGMA synchronous=OFF")
            for s in statements:
                db.execute(s)
            db.commit()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.close()
        else:
            self.cluster.psql(self.name, ";\n".join(statements))

    def rows(self, query):
        if self.kind == "sqlite":
            db = sqlite3.connect(self.url)
            try:
                return db.execute(query).fetchall()
            finally:
                db.close()
        return [tuple(line.split("\x1f")) for line in self.cluster.psql(self.name, query, "-A", "-t", "-F", "\x1f").splitlines()]

    def close(self):
        if self.cluster:
            self.cluster.remove()


def school(db, students, scratch, pack=ROOT / "content/starter"):
    """Cedar Hollow with so many students, and a pack of content; no work yet."""
    sample = pathlib.Path(scratch) / f"sample-{students}"
    if not sample.exists():
        waymark("demo", "--dir", sample, "--students", students, "--weeks", 1, "--no-serve")
    waymark("init", "--db", db.url, "--name", "Bench")
    waymark("import", "--db", db.url, "oneroster", sample / "roster")
    waymark("import", "--db", db.url, "pack", pack)


def tokens(db, learner_ids):
    """A bearer token for each, written as `waymark token create` does."""
    district = db.rows("SELECT MAX(district_id) FROM district")[0][0]
    made, rows = {}, []
    for learner in learner_ids:
        token = secrets.token_urlsafe(32)
        digest = hashlib.blake2b(token.encode(), digest_size=32, key=b"waymark token v1").hexdigest()
        rows.append(f"({district},'{digest}',{learner},0,9000000000000)")
        made[learner] = token
    for i in range(0, len(rows), 500):
        db.run("INSERT INTO api_token (district_id, token_hash, user_id, created_at_ms, expires_at_ms) VALUES " + ",".join(rows[i:i + 500]))
    return made


class Serving:
    def __init__(self, db, *more):
        self.log = tempfile.TemporaryFile()
        self.started = time.monotonic()
        self.process = subprocess.Popen([WAYMARK, "serve", "--db", db.url, "--listen", "127.0.0.1:0", *more], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if line.startswith("Waymark is at "):
                self.base = line.split()[-1]
                break
        else:
            raise SystemExit("the server did not start")
        import threading
        threading.Thread(target=lambda: [None for _ in self.process.stderr], daemon=True).start()

    def cpu(self):
        """Seconds of processor so far, of all its threads."""
        f = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
        return 0

    def get(self, path, token, **headers):
        r = urllib.request.Request(self.base + path, headers={"Authorization": f"Bearer {token}", **headers})
        return urllib.request.urlopen(r, timeout=30)

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)


def sync_ms(folder, seconds=2):
    """The disk's own time: a 4 KiB write and fdatasync, again and again; the median, in ms."""
    path = os.path.join(folder, "sync-probe")
    fd = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    times, end, at = [], time.monotonic() + seconds, 0
    while time.monotonic() < end:
        begin = time.monotonic()
        os.pwrite(fd, b"x" * 4096, at)
        os.fdatasync(fd)
        times.append((time.monotonic() - begin) * 1000)
        at += 4096
    os.close(fd)
    os.unlink(path)
    return statistics.median(times)


def remember(bench, **figures):
    """One line a run: when, which commit, what, figures."""
    path = ROOT / "bench/history.csv"
    commit = waymark("--version").strip().split()[-1].strip("()")
    with open(path, "a") as f:
        f.write(f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%MZ},{commit},{bench}," + ",".join(f"{k}={v}" for k, v in figures.items()) + "\n")


class Scratch:
    """A folder on the same disk as the project, gone afterwards."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("WAYMARK_BENCH_DIR", "/var/tmp"))
        os.chmod(self.path, 0o755)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
