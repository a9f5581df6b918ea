"""What the tests stand on: the program as a command, the program as a server, and the two kinds of database."""
import contextlib
import csv
import io
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
PROGRAM = pathlib.Path(os.environ.get("WAYMARK", ROOT / "build-dbg" / "waymark")).absolute()
PATIENCE = 300  # seconds for what comes at once on an idle machine: only what hangs is waited for so long
SANITIZER = re.compile(r"ERROR: (Address|Leak|Thread)Sanitizer|runtime error:|SUMMARY: \w+Sanitizer")


def environment(**more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("WAYMARK_")}
    env["WAYMARK_RETENTION"] = "off"
    env["WAYMARK_REFIT"] = "off"  # whatever the hour at which tests run
    env.setdefault("ASAN_OPTIONS", "detect_leaks=1")
    env.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
    return env | {k: str(v) for k, v in more.items()}


def eventually(holds, what="it", within=PATIENCE):
    """Waits for an event, however busy the machine is; what holds() returns at last."""
    end = time.monotonic() + within
    while not (got := holds()):
        assert time.monotonic() < end, f"{what} did not come within {within} s"
        time.sleep(0.05)
    return got


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        import json
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\n{self.out}\n{self.err}"


def waymark(*args, stdin="", expect=0, env=None, cwd=None, **popen):
    """Runs the program; `expect` is the exit code it must have, or None."""
    p = subprocess.run([str(PROGRAM), *map(str, args)], input=stdin, capture_output=True, text=True, timeout=PATIENCE, env=env or environment(), cwd=cwd, **popen)
    r = Result(p.returncode, p.stdout, p.stderr)
    assert not SANITIZER.search(p.stderr), p.stderr
    assert expect is None or r.code == expect, f"waymark {' '.join(map(str, args))}: {r!r}"
    return r


class Sqlite:
    kind = "sqlite"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / "waymark.db"
        self.url = str(self.path)
        self.files = self.folder / "files"

    def copy_to(self, folder):
        shutil.copytree(self.folder, folder)
        return Sqlite(folder)

    def rows(self, sql):
        """Rows as lists of text, the same from both kinds of database."""
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20)) as c:
            return [["" if v is None else str(v) for v in row] for row in c.execute(sql)]

    def execute(self, sql):
        with contextlib.closing(sqlite3.connect(self.path, timeout=20)) as c, c:
            c.executescript(sql)

    @contextlib.contextmanager
    def transaction(self, sql):
        """Run, and not committed before the end of the block: as another process in the middle of its work."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=20, isolation_level=None)) as c:
            c.execute("BEGIN IMMEDIATE")
            for one in sql.split(";"):
                c.execute(one)
            yield
            c.execute("COMMIT")

    def sound(self):
        assert self.rows("PRAGMA integrity_check") == [["ok"]]

    def dispose(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgresql:
    kind = "postgresql"

    def __init__(self, server, folder, template="template0"):
        self.server = server
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name = server.database(template)
        self.url = server.url(self.name)
        self.files = self.folder / "files"

    def copy_to(self, folder):
        copy = Postgresql(self.server, folder, self.name)
        if self.files.exists():
            shutil.copytree(self.files, copy.files)
        return copy

    def rows(self, sql):
        return list(csv.reader(io.StringIO(self.server.psql(self.name, sql, "--csv", "-t"))))

    def execute(self, sql):
        self.server.psql(self.name, sql)

    @contextlib.contextmanager
    def transaction(self, sql):
        with self.server.session(self.name) as say:
            say(f"BEGIN; {sql};")
            yield
            say("COMMIT;")

    def sound(self):
        assert self.rows("SELECT 1") == [["1"]]

    def dispose(self):
        self.server.drop(self.name)
        shutil.rmtree(self.folder, ignore_errors=True)


class Server:
    """`waymark serve`, its log read as it is written. stop() asks it to end and looks at how it ended."""

    def __init__(self, db, *options, env=None, program=None, preexec_fn=None):
        self.db = db
        self.lines = []
        self.port = None
        self.process = subprocess.Popen([str(program or PROGRAM), "serve", "--db", db.url, "--listen", "127.0.0.1:0", "--files", str(db.files), *options],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=env or environment(), preexec_fn=preexec_fn)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        until = time.monotonic() + PATIENCE
        while self.port is None:
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.log}"
            assert time.monotonic() < until, f"the server does not listen: {self.log}"
            time.sleep(0.01)
        while not self._ready():
            assert time.monotonic() < until, f"the server is not ready: {self.log}"
            time.sleep(0.02)

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            m = re.search(r"Waymark is at http://127\.0\.0\.1:(\d+)", line)
            if m:
                self.port = int(m[1])

    def _ready(self):
        import http.client
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            c.request("GET", "/readyz")
            return c.getresponse().status == 200
        except OSError:
            return False
        finally:
            c.close()

    @property
    def log(self):
        return "".join(self.lines)

    def alive(self):
        return self.process.poll() is None and self._ready()

    def _ended(self, timeout):
        self.process.wait(timeout)
        self.reader.join(10)
        self.process.stderr.close()
        assert not SANITIZER.search(self.log), self.log

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self._ended(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not end within 30 s of SIGTERM: {self.log}") from None
        assert self.process.returncode == 0, f"the server ended with {self.process.returncode}: {self.log}"

    def kill(self):
        self.process.kill()
        self._ended(30)


def raw(port, data, wait=5, source=None):
    """Bytes as they are; what comes back until the other side closes or `wait` seconds have gone."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait, source_address=(source, 0) if source else None) as s:
        s.sendall(data)
        got = b""
        try:
            while chunk := s.recv(65536):
                got += chunk
        except (TimeoutError, ConnectionResetError):
            pass
        return got
