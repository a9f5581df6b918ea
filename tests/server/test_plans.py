"""No statement reads a whole district where it wants a few rows: each plan of SQLite's is looked at."""
import pathlib
import re
import sqlite3
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import factgen  # noqa: E402
import inventory  # noqa: E402
# Statements that are meant to walk everything, and why.
WHOLE = {
    "competency_codes": "import and start only", "competency_practised": "import only", "course_competency_all": "start and import only",
    "course_bare": "import only", "course_list": "import and the leaders' page", "evidence_learners": "rebuild", "mastery_learners": "rebuild",
    "user_names": "import only", "user_list": "the operator's list", "org_list": "a handful of rows", "outside_list": "import only",
    "mastery_all": "digest", "learner_state_all": "digest", "item_versions": "import only", "outside_closed": "import only",
    "class_find": "the operator's cards",
    "user_alike": "one pass over the names, by waymark check", "id_ahead": "migrate only", "framework_edit_any": "migrate only", "id_move_at": "migrate only",
    "reader_count": "the leaders' page: a count of teachers",
    "figure_shown": "of a district all students, once a minute", "figure_looks": "the same, along each one's facts", "figure_off_screen": "the same", "figure_secure": "the same",
    "history_after": "what-if: of the fifty learners that were gathered first",
    "coverage_evidence": "the coverage page", "coverage_seen": "the coverage page", "test_list": "the first name of each test along the index", "program_people": "one page, for those with the permission", "outside_users": "import only",
    "programs_all": "a refit only", "content_stamp": "a handful of runs, policies and models",
}
SMALL = {"district", "org", "policy", "model", "import_run", "framework", "competency", "competency_link", "course", "course_competency", "item",
         "item_version", "item_competency", "schema_migration", "academic_session", "class_session", "waiver", "draft_rules", "fact_barrier_reported", "counted_goal", "checkpoint", "moderation",
         "model_fit", "job", "job_run", "report_scale"}


# {name x} in a query, as tools/sqlgen_read.c has it.
MACROS = [(m[1], "".join(re.findall(r'"([^"]*)"', m[2]))) for m in re.finditer(r'\{"(\w+)",\s*((?:"[^"]*"\s*)+)\}', (ROOT / "tools/sqlgen_read.c").read_text())]


def statements():
    """Every query, also those made of the declarations of facts, as sqlgen hands it to SQLite."""
    made = factgen.sql(factgen.kinds(ROOT / "src/store/facts"))
    for text in [made, *(p.read_text() for p in sorted((ROOT / "src/store/sql").glob("*.sql")))]:
        for name, body in re.findall(r"^-- name: (\w+) :\w+\n(.*?)(?=^-- name: |\Z)", text, re.M | re.S):
            sqlite = re.split("-- postgresql(?: rows)?:", body)[0]
            for macro, meant in MACROS:
                sqlite = re.sub(r"\{" + macro + r" ([^}]+)\}", lambda m: meant.replace("@", m[1]), sqlite)
            yield name, re.sub(r"^--.*$", "", sqlite, flags=re.M).strip().rstrip(";")


def test_statements_are_read():
    assert len(list(statements())) > 200


@pytest.fixture(scope="module")
def database():
    schema = "\n".join(text for _, text in inventory.migrations(ROOT))
    for word, meant in (("{text}", "TEXT"), ("{blob}", "BLOB"), ("{double}", "REAL"), ("{norowid}", "WITHOUT ROWID"), ("{only_postgresql}", "--")):
        schema = schema.replace(word, meant)
    db = sqlite3.connect(":memory:")
    db.executescript(schema)
    db.execute("CREATE TABLE schema_migration (number INTEGER PRIMARY KEY, checksum INTEGER, applied_at_ms INTEGER)")
    return db


@pytest.mark.parametrize("name,sql", list(statements()), ids=lambda v: v if isinstance(v, str) and v.isidentifier() else "")
def test_plan(database, name, sql):
    if name in WHOLE or name.endswith("_export") or not re.match(r"(SELECT|WITH|UPDATE|DELETE)\b", sql, re.I):
        return
    names = set(re.findall(r":([a-z_0-9]+)", sql))
    aliases = dict((m[1], m[0]) for m in re.findall(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+([a-z_]+)(?:\s+(?!WHERE|SET|ON|JOIN|LEFT|CROSS|ORDER|GROUP|LIMIT)([a-z]+))?", sql))
    for _, _, _, detail in database.execute("EXPLAIN QUERY PLAN " + sql, {n: 1 for n in names}):
        m = re.match(r"(SCAN|SEARCH) (\w+)(.*)", detail)
        if not m or "CONSTANT ROW" in detail or m[2] in ("json_each", "ids"):
            continue
        table = aliases.get(m[2], m[2])
        if table in SMALL:
            continue
        assert m[1] == "SEARCH", f"{name}: {detail}"
        assert not re.search(r"\(district_id=\?\)$", detail), f"{name} reads all of the district's {table}: {detail}"
