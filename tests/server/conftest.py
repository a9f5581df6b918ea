"""Fixtures of the server suite.

    WAYMARK           the program (default build-dbg/waymark)
    WAYMARK_TEST_DB   sqlite, postgresql or both (default both)
    WAYMARK_PLAIN     a build without sanitizers, for the tests that preload a library (default: the program itself)
"""
import os
import pathlib
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import pg  # noqa: E402
import school as schools  # noqa: E402
from client import Client, Contract  # noqa: E402
from harness import PROGRAM, Postgresql, Server, Sqlite  # noqa: E402

KINDS = {"sqlite": ["sqlite"], "postgresql": ["postgresql"], "both": ["sqlite", "postgresql"]}[os.environ.get("WAYMARK_TEST_DB", "both")]


def pytest_configure(config):
    if not PROGRAM.exists():
        pytest.exit(f"there is no program at {PROGRAM}: build it, or set WAYMARK", returncode=2)


def pytest_generate_tests(metafunc):
    """Whatever stands on a database runs on each kind."""
    if "kind" not in metafunc.fixturenames:
        return
    only = [k for m in metafunc.definition.iter_markers("only") for k in m.args] or KINDS
    metafunc.parametrize("kind", [k for k in KINDS if k in only], scope="session")


@pytest.fixture(scope="session")
def postgres():
    try:
        server = pg.Server(tempfile.mkdtemp(prefix="waymark-pg-"))
    except pg.Unavailable as e:
        pytest.skip(str(e))
    server.create()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def templates(tmp_path_factory, request):
    """The school in each kind of database, made when first asked for."""
    made = {}

    def template(kind):
        if kind not in made:
            folder = tmp_path_factory.mktemp(f"template-{kind}")
            db = Sqlite(folder / "db") if kind == "sqlite" else Postgresql(request.getfixturevalue("postgres"), folder / "db")
            made[kind] = db, schools.build(db, folder)
        return made[kind]

    return template


@pytest.fixture
def db(kind, templates, tmp_path):
    """A copy of the school's database, this test's own."""
    template, _ = templates(kind)
    copy = template.copy_to(tmp_path / "db")
    yield copy
    copy.dispose()


@pytest.fixture
def empty_db(kind, request, tmp_path):
    fresh = Sqlite(tmp_path / "empty") if kind == "sqlite" else Postgresql(request.getfixturevalue("postgres"), tmp_path / "empty")
    yield fresh
    fresh.dispose()


@pytest.fixture
def school(kind, templates):
    return templates(kind)[1]


@pytest.fixture
def serve(db):
    """serve(*options) starts a server; each is stopped at the end and must end well."""
    started = []

    def start(*options, **more):
        s = Server(db, *options, **more)
        started.append(s)
        if Client.contract is None:
            Client.contract = Contract(Client(s.port).get("/api/v1/openapi.json").json)
        return s

    yield start
    for s in started:
        if s.process.returncode is None:
            s.stop()


@pytest.fixture
def server(serve):
    return serve()


@pytest.fixture
def clients(server, school):
    """clients("teacher") speaks with a token; clients("teacher", session=True) has signed in; clients() is nobody."""
    open_ones = []

    def client(key=None, session=False, port=None):
        user = school.users[key] if key else None
        c = Client(port or server.port, token=user.token if user and not session else None)
        open_ones.append(c)
        if user and session:
            r = c.sign_in(user.username, user.password)
            assert r.status == 303 and c.cookie, r
        return c

    yield client
    for c in open_ones:
        c.close()
