"""A private PostgreSQL for tests: Debian's own programs, a data folder and a Unix socket under one temporary folder,
no TCP, fsync on. Used by conftest.py, and by hand:

    python3 tests/server/pg.py start DIR     prints the URL of a fresh database
    python3 tests/server/pg.py stop DIR
"""
import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import time

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 32MB
fsync = on
synchronous_commit = on
full_page_writes = on
autovacuum = off
lc_messages = 'C'
"""


class Unavailable(Exception):
    """PostgreSQL's programs are not installed."""


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: int(p.split("/")[4]))
    if not found:
        raise Unavailable("PostgreSQL is not installed (Debian: postgresql)")
    return pathlib.Path(found[-1]).parent


def owner():
    """The user the server runs as, when we are root: initdb refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable("neither postgres nor nobody is a user here")


class Server:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).absolute()
        self.data = self.folder / "data"
        self.bin = programs()
        self.owner = owner()
        self.count = 0

    def _run(self, *args, check=True, env=None):
        cmd = [str(a) for a in args]
        if env:
            cmd = ["env", *(f"{k}={v}" for k, v in env.items()), *cmd]
        if self.owner:
            cmd = ["setpriv", f"--reuid={self.owner.pw_uid}", f"--regid={self.owner.pw_gid}", "--clear-groups", *cmd]
        out = subprocess.run(cmd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", text=True, timeout=300)
        if check and out.returncode:
            raise RuntimeError(f"{' '.join(cmd)}: {out.stdout}")
        return out

    def create(self):
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.owner:
            os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)
        self._run(self.bin / "initdb", "-D", self.data, "-U", "waymark", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions")
        with open(self.data / "postgresql.conf", "a") as f:
            f.write(SETTINGS.format(folder=self.folder))

    def start(self, env=None):
        # pg_ctl's child keeps the output open: a log file takes it.
        self._run(self.bin / "pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-t", "280", "start", env=env)

    def stop(self, mode="fast"):
        self._run(self.bin / "pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", "280", "stop", check=False)

    def remove(self):
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name):
        return f"postgresql://waymark@/{name}?host={self.folder}"

    def psql(self, name, sql, *options, timeout=300):
        out = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, self.url(name)], input=sql, capture_output=True, text=True, timeout=timeout)
        if out.returncode:
            raise RuntimeError(f"psql: {out.stderr}\n{sql[:500]}")
        return out.stdout

    @contextlib.contextmanager
    def session(self, name):
        """One connection: say(sql) returns when it is done."""
        p = subprocess.Popen(["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", self.url(name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def say(sql):
            p.stdin.write(f"{sql}\n\\echo done\n")
            p.stdin.flush()
            while (line := p.stdout.readline()) != "done\n":
                assert line, f"psql ended: {sql[:500]}"

        try:
            yield say
            p.communicate(timeout=60)
            assert p.returncode == 0
        finally:
            p.kill()

    def database(self, template="template0"):
        """A fresh database, as a copy of another."""
        self.count += 1
        name = f"t{os.getpid()}_{self.count}"
        # Whoever has just left the template may still be on the way out.
        for turn in range(600):
            try:
                self.psql("postgres", f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
                return name
            except RuntimeError as e:
                if "being accessed" not in str(e) or turn == 599:
                    raise
                time.sleep(0.1)

    def drop(self, name):
        self.psql("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def main(word, folder):
    server = Server(folder)
    if word == "start":
        if not server.data.exists():
            server.create()
        server.start()
        print(server.url(server.database()))
    elif word == "stop":
        server.remove()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
