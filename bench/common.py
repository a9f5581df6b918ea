"""What the benches share: a school of a given size on either database, tokens, the disk's own time, the history file."""
import datetime
import hashlib
import json
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


def option(name, default):
    return type(default)(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


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
            self.cluster.psql(self.name, ";\n".join(statements), timeout=3600)

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


THREE_OF_FOUR = "(s.n * 7919 + u.user_id) % 4 > 0"


def store_facts(db, each, right=THREE_OF_FOUR):
    """A year of answers for each student, spread over the items; times rise with the ids. right: of the student u, answer s.n and item i.k."""
    policy, model = db.rows("SELECT MAX(policy_id) FROM policy")[0][0], db.rows("SELECT MAX(model_id) FROM model")[0][0]
    now = int(time.time() * 1000)
    first, step = (now - 300 * 86400000 - 1577836800000) << 22, (299 * 86400000 // each) << 22
    count = db.rows("SELECT COUNT(*) FROM item")[0][0]
    items = "(SELECT item_id, ROW_NUMBER() OVER (ORDER BY item_id) - 1 AS k FROM item)"
    series = f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {each}) SELECT n FROM s)" if db.kind == "sqlite" else f"(SELECT CAST(n AS BIGINT) AS n FROM generate_series(1, {each}) n)"
    who = "(SELECT DISTINCT district_id, user_id FROM enrollment WHERE role = 'student')"
    db.run(f"INSERT INTO evidence SELECT u.district_id, u.user_id, {first} + s.n * {step}, 'old-' || s.n, 1, i.item_id, 1, s.n, NULL, CASE WHEN {right} THEN 1.0 ELSE 0.0 END, 1, 0, 20000, {now - 300 * 86400000} + s.n * {299 * 86400000 // each}, 20000, {policy}, {model}, NULL, NULL, 0, NULL FROM {who} u, {series} s JOIN {items} i ON i.k = s.n % {count}")


def learners_of(db):
    return db.rows("SELECT DISTINCT e.user_id, c.course_id FROM enrollment e JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id WHERE e.role = 'student' ORDER BY e.user_id")


def items_of(db):
    """(course, item, choice|typed, a readable response) of what the courses teach."""
    out = []
    for course, item, document in db.rows("SELECT DISTINCT cc.course_id, i.item_id, v.doc FROM course_competency cc JOIN item_competency ic ON ic.competency_id = cc.competency_id JOIN item i ON i.item_id = ic.item_id JOIN item_version v ON v.item_id = i.item_id AND v.version = i.version"):
        doc = json.loads(document)
        kind = doc["interaction"]["type"]
        if kind == "choice":
            out.append((course, item, "choice", json.dumps([doc["interaction"]["choices"][0]["id"]])))
        elif kind == "text_entry" and doc["key"]["kind"] == "number":
            out.append((course, item, "typed", '"3/4"'))
    return out


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

    def answer(self, connection, token, item, response, variant):
        """One answer over a kept connection; how long it took, in ms."""
        begin = time.monotonic()
        body = json.dumps({"client_id": f"bench-{secrets.token_hex(12)}", "item_id": str(item), "variant": variant, "response": json.loads(response), "took_ms": 21000, "hints": 0})
        connection.request("POST", "/api/v1/me/answers", body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"an answer was refused: {reply.status} {text[:300]}")
        return (time.monotonic() - begin) * 1000

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


def districts(sizes):
    """(database, students, facts of each, a folder) of every district that --only, --students and --each name, with its students in it."""
    with Scratch() as scratch:
        for kind in ("sqlite", "postgresql"):
            if option("--only", kind) != kind:
                continue
            for students in map(int, option("--students", sizes).split(",")):
                folder = os.path.join(scratch, f"{kind}-{students}")
                os.mkdir(folder, 0o755)
                db = Database(kind, folder)
                try:
                    school(db, students, scratch)
                    yield db, students, option("--each", 2000), folder
                finally:
                    db.close()
