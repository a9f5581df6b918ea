"""The command line: exit codes, shapes, imports, and that stored = rebuilt, alike on both databases."""
import csv
import io
import json
import re
import shutil
import zipfile

import pytest
from client import Client
from harness import FIXTURES, Sqlite, environment, waymark
from school import PASSWORD, write_roster

WORDS = ["serve", "init", "migrate", "check", "rebuild", "backup", "restore", "doctor", "import", "routes", "content check", "content preview", "content score", "content new", "user add", "user passwd", "user list", "user cards", "token create"]


def play(port, school, rounds=6, keys=("student", "classmate", "student2", "load0")):
    """Some students answer: right, wrong, with hints, unreadable, and twice."""
    for n in range(rounds):
        for k, key in enumerate(keys):
            c = Client(port, school.users[key].token)
            item = c.next()
            if not item["item_id"]:
                continue
            good = (n + k) % 3 != 0
            r = c.answer(item, school.right(item["item_id"]) if good else school.wrong(item["item_id"]), client_id=f"play-{key}-{n:04}", hints=(n + k) % 2)
            assert r.status == 200, r
            if n == 1:
                again = c.answer(item, school.right(item["item_id"]) if good else school.wrong(item["item_id"]), client_id=f"play-{key}-{n:04}", hints=(n + k) % 2)
                assert again.json["evidence_id"] == r.json["evidence_id"]
            c.close()


def counts(db):
    tables = ["org", "course", "class", "user_account", "user_role", "enrollment", "guardian", "framework", "competency", "item", "item_version", "outside_id", "import_run", "figure", "course_competency"]
    return {t: db.rows(f"SELECT COUNT(*) FROM {t}") for t in tables}


def test_help_and_version():
    for word in WORDS:
        r = waymark(*word.split(), "--help")
        assert r.out.startswith(f"Usage: waymark {word}") and "--db" in r.out and not r.err, word
    everything = waymark("--help").out
    man = waymark("man").out
    for word in WORDS:
        assert re.search(rf"^  {word}\b", everything, re.M), word
        assert f".SS waymark {word}" in man, word
    assert re.fullmatch(r"waymark \d+\.\d+\.\d+ \([0-9a-f]{7,}(-dirty)?\)\n|waymark \d+\.\d+\.\d+ \(no commit\)\n", waymark("--version").out)


def test_usage_is_exit_2(tmp_path):
    for args in ([], ["frobnicate"], ["check"], ["check", "--frobnicate", "--db", "x"], ["check", "--db"], ["import", "--db", "x"], ["import", "--db", "x", "nokind", "y"],
                 ["import", "--db", "x", "oneroster", "y", "--close-share", "7"], ["user", "add", "--db", "x"], ["user", "add", "--db", "x", "--role", "wizard", "n"], ["user", "list", "--db", "x", "--class", "abc"],
                 ["token", "create", "--db", "x"], ["token", "create", "--db", "x", "--user", "u", "--ttl", "soon"], ["check", "--db", "x", "and", "more"], ["--now", "yesterday", "check", "--db", "x"],
                 ["init", "--db", tmp_path / "z.db", "--zone", "Middle/Earth"]):
        r = waymark(*args, expect=2)
        assert r.err and not r.out, (args, r)
    assert not (tmp_path / "z.db").exists()


def test_what_is_not_there_is_exit_3(db, tmp_path):
    missing = tmp_path / "missing.db"
    for args in (["check"], ["rebuild"], ["user", "list"], ["import", "oneroster", "x"], ["serve", "--listen", "127.0.0.1:0"], ["doctor"], ["backup", tmp_path / "to.db"]):
        r = waymark("--db", missing, *args, expect=3)
        assert "missing.db" in r.err + r.out  # doctor's findings are its output
        assert not missing.exists(), f"{args} made the file"
    waymark("import", "--db", db.url, "oneroster", tmp_path / "nowhere", expect=3)
    waymark("import", "--db", db.url, "--course", "No Such Course", "oatutor", FIXTURES / "oatutor", expect=3)
    waymark("rebuild", "--db", db.url, "--what-if", tmp_path / "nowhere.json", expect=3)
    waymark("user", "passwd", "--db", db.url, "no.such.user", stdin=PASSWORD, expect=3)
    waymark("token", "create", "--db", db.url, "--user", "no.such.user", expect=3)


def test_db_before_or_after_the_words(db):
    assert waymark("--db", db.url, "check", "--digest").out == waymark("check", "--digest", "--db", db.url).out == waymark("check", "--digest", f"--db={db.url}").out
    assert waymark("check", "--digest", env=environment(WAYMARK_DB=db.url)).out


def test_refusals_are_exit_4(db):
    waymark("init", "--db", db.url, expect=4)
    db.execute("INSERT INTO schema_migration (number, name, checksum, applied_at_ms) VALUES (9999, 'of the future', 1, 1)")
    for args in (["check"], ["migrate"], ["user", "list"], ["serve", "--listen", "127.0.0.1:0"]):
        assert "newer" in waymark(*args, "--db", db.url, expect=4).err


def test_users(empty_db):
    db = empty_db
    waymark("init", "--db", db.url, "--name", "Elm Hollow", "--zone", "America/Chicago")
    first = waymark("user", "add", "--db", db.url, "--json", "--role", "district", "first.user", stdin=PASSWORD + "\n").json
    assert re.fullmatch(r"\d+", first["user_id"])
    waymark("user", "add", "--db", db.url, "--role", "teacher", "first.user", stdin=PASSWORD + "\n", expect=1)
    waymark("user", "add", "--db", db.url, "--role", "teacher", "short.password", stdin="abc\n", expect=1)
    waymark("user", "add", "--db", db.url, "--role", "teacher", "no.password", stdin="", expect=2)
    waymark("user", "add", "--db", db.url, "--role", "teacher", "--school", "No Such School", "x.y", stdin=PASSWORD, expect=3)
    assert waymark("user", "list", "--db", db.url, "--json").json == [{"user_id": first["user_id"], "username": "first.user", "roles": ["district"]}]
    token = waymark("token", "create", "--db", db.url, "--user", "first.user", "--ttl", "1h").out
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", token)
    assert token.strip() not in "".join("".join(r) for r in db.rows("SELECT * FROM api_token"))


def test_json_shapes(db, school):
    check = waymark("check", "--db", db.url, "--json").json
    assert check["ok"] is True and check["states_differed"] == 0 and check["rows_differed"] == 0 and re.fullmatch("[0-9a-f]{64}", check["digest"])
    assert waymark("check", "--db", db.url, "--digest").out.strip() == check["digest"]
    assert waymark("rebuild", "--db", db.url, "--json").json["rows_differed"] == 0
    assert waymark("migrate", "--db", db.url, "--json").json == {"applied": 0, "repaired_ids": 0}
    users = waymark("user", "list", "--db", db.url, "--json", "--class", school.classes["c1"]).json
    assert school.student.id in {u["user_id"] for u in users} and school.student2.id not in {u["user_id"] for u in users}
    assert {"method", "path", "may"} <= set(waymark("routes", "--json").json[0])


KINDS = [("oneroster", "oneroster-1.1"), ("oneroster", "oneroster-1.2/Export"), ("oneroster", "sds-1"), ("oneroster", "sds-2.1"), ("case", "case/tree.csv"), ("case", "case/wrapped.json"), ("asn", "asn/small.json"),
         ("oatutor", "oatutor"), ("mathcamps", "mathcamps")]


@pytest.mark.parametrize("what, path", KINDS, ids=[p for _, p in KINDS])
def test_an_import_twice_changes_nothing(empty_db, what, path):
    db = empty_db
    waymark("init", "--db", db.url)
    before = counts(db)
    common = ["import", "--db", db.url, "--json", "--files", db.files, what, FIXTURES / path]
    dry = waymark(*common, "--dry-run").json
    assert counts(db) == before, "a dry run wrote"
    assert not db.files.exists() or not list(db.files.iterdir()), "a dry run left figures"
    first = waymark(*common)
    report = first.json
    assert {"added", "changed", "closed", "unchanged", "by_kind", "problems"} <= set(report)
    assert report["added"] > 0 and report["closed"] == 0
    assert {k: dry[k] for k in ("added", "changed", "closed")} == {k: report[k] for k in ("added", "changed", "closed")}, "the dry run said something else"
    for k in ("added", "changed", "closed", "unchanged"):
        assert sum(v[k] for v in report["by_kind"].values()) == report[k]
    for p in report["problems"]:
        assert set(p) == {"file", "row", "field", "code", "text"} and p["file"] and p["code"] and p["text"]
    assert first.err, "words go to standard error"
    after = counts(db)
    second = waymark(*common).json
    assert (second["added"], second["changed"], second["closed"]) == (0, 0, 0), second["differences"] if "differences" in second else second
    made = sum(p["code"] == "roster.course_made" for p in report["problems"])  # courses that no file sends are not counted again
    assert second["unchanged"] == report["added"] + report["unchanged"] - made
    after.pop("import_run")
    assert {k: v for k, v in counts(db).items() if k != "import_run"} == after
    waymark("check", "--db", db.url)


def without(folder, table, *ids):
    path = folder / f"{table}.csv"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not any(f'"{i}"' in line for i in ids)))


def test_who_is_missing_is_closed_and_comes_back(db, school, tmp_path):
    roster = write_roster(tmp_path / "roster")
    without(roster, "users", "u-load5")
    without(roster, "enrollments", "u-load5")
    report = waymark("import", "--db", db.url, "--json", "oneroster", roster).json
    assert report["by_kind"]["user"]["closed"] == 1 and report["by_kind"]["enrollment"]["closed"] == 1
    assert db.rows(f"SELECT status FROM user_account WHERE user_id = {school.load5.id}") == [["closed"]]
    # People of another source are not theirs to close.
    assert db.rows(f"SELECT status FROM user_account WHERE user_id = {school.principal.id}") == [["active"]]
    back = waymark("import", "--db", db.url, "--json", "oneroster", write_roster(tmp_path / "again")).json
    assert back["closed"] == 0 and db.rows(f"SELECT status FROM user_account WHERE user_id = {school.load5.id}") == [["active"]]
    # Another source with other ids closes nothing of the first.
    other = waymark("import", "--db", db.url, "--json", "--source", "elsewhere", "oneroster", FIXTURES / "oneroster-1.1").json
    assert other["closed"] == 0
    assert db.rows(f"SELECT status FROM user_account WHERE user_id = {school.load5.id}") == [["active"]]


def test_the_brake(db, school, tmp_path):
    roster = write_roster(tmp_path / "roster")
    gone = ["u-load0", "u-load1", "u-load2", "u-load3", "u-load4", "u-classmate"]
    without(roster, "users", *gone)
    without(roster, "enrollments", *gone)
    before = counts(db), db.rows("SELECT user_id, status FROM user_account ORDER BY user_id"), db.rows("SELECT enrollment_id, status FROM enrollment ORDER BY enrollment_id")
    r = waymark("import", "--db", db.url, "--json", "oneroster", roster, expect=4)
    assert "close" in r.err
    assert before == (counts(db), db.rows("SELECT user_id, status FROM user_account ORDER BY user_id"), db.rows("SELECT enrollment_id, status FROM enrollment ORDER BY enrollment_id"))
    report = waymark("import", "--db", db.url, "--json", "--close-share", "1", "oneroster", roster).json
    assert report["by_kind"]["user"]["closed"] == 6


def test_broken_files_change_nothing(db, tmp_path):
    before = counts(db)
    good = tmp_path / "good.zip"
    with zipfile.ZipFile(good, "w", zipfile.ZIP_DEFLATED) as z:
        for f in (FIXTURES / "oneroster-1.1").iterdir():
            z.write(f, f.name)
    whole = good.read_bytes()
    bad = {"empty.zip": b"", "junk.zip": b"PK\x03\x04" + b"junk" * 50, "half.zip": whole[: len(whole) // 2], "text.zip": b"not a zip at all\n"}
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
        r = waymark("import", "--db", db.url, "oneroster", tmp_path / name, expect=None)
        assert r.code in (1, 3) and r.err, (name, r)
    # Damage within one packed file: it is named, and nothing is closed for what could not be read.
    (tmp_path / "flipped.zip").write_bytes(whole[:300] + bytes(b ^ 0x5A for b in whole[300:420]) + whole[420:])
    r = waymark("import", "--db", db.url, "--json", "--dry-run", "--source", "flipped", "oneroster", tmp_path / "flipped.zip", expect=None)
    assert "damaged" in r.err and r.code == 1, r
    for up in ("../evil.csv", "/etc/evil.csv"):
        with zipfile.ZipFile(tmp_path / "up.zip", "w") as z:
            z.writestr(up, "sourcedId\nx\n")
        assert waymark("import", "--db", db.url, "oneroster", tmp_path / "up.zip", expect=None).code in (1, 3)
    assert not (tmp_path.parent / "evil.csv").exists()
    for kind, data in (("case", b"{"), ("asn", b"[1,2"), ("case", b"\xff\xfe\x00"), ("mathcamps", b"[[{}]]"), ("oatutor", b"{}")):
        path = tmp_path / f"broken-{kind}.json"
        path.write_bytes(data)
        r = waymark("import", "--db", db.url, kind, path, expect=None)
        assert r.code in (0, 1, 3), (kind, r)
    (tmp_path / "empty").mkdir()
    for kind in ("oneroster", "case", "asn", "oatutor", "mathcamps"):
        r = waymark("import", "--db", db.url, kind, tmp_path / "empty", expect=None)
        assert r.code in (1, 3) and r.err, (kind, r)
    after = counts(db)
    after.pop("import_run"), before.pop("import_run")
    assert after == before
    # The same in a zip and in a folder.
    assert waymark("import", "--db", db.url, "--json", "--source", "zip", "oneroster", good).json["added"] == 23


def test_stored_is_rebuilt(db, serve, school):
    s = serve()
    play(s.port, school)
    s.stop()
    check = waymark("check", "--db", db.url, "--json").json
    assert check["ok"] and check["facts"] == 24 and check["learners"] == 4
    rebuilt = waymark("rebuild", "--db", db.url, "--json").json
    assert (rebuilt["facts"], rebuilt["states_differed"], rebuilt["rows_differed"]) == (24, 0, 0)
    assert waymark("check", "--db", db.url, "--digest").out.strip() == check["digest"]


def test_damage_is_found_and_put_right(db, serve, school):
    s = serve()
    play(s.port, school)
    s.stop()
    digest = waymark("check", "--db", db.url, "--digest").out
    rows = db.rows("SELECT learner_id, competency_id FROM mastery ORDER BY learner_id, competency_id")
    gone = rows[::3]
    assert len(gone) >= 2
    db.execute(";".join(f"DELETE FROM mastery WHERE learner_id = {a} AND competency_id = {b}" for a, b in gone))
    bad = waymark("check", "--db", db.url, "--json", expect=1)
    assert bad.json["ok"] is False and bad.json["rows_differed"] == len(gone)
    assert waymark("check", "--db", db.url, "--digest").out != digest
    assert waymark("rebuild", "--db", db.url, "--json").json["rows_differed"] == len(gone)
    assert waymark("check", "--db", db.url, "--digest").out == digest
    # A number off by the least bit, a state that is gone, a row too many: each is seen.
    a, b = rows[0]
    for damage in (f"UPDATE mastery SET p_known = p_known + 1e-15 WHERE learner_id = {a} AND competency_id = {b}", f"DELETE FROM learner_state WHERE learner_id = {a}",
                   f"INSERT INTO mastery SELECT district_id, learner_id, 77, p_known, level, evidence_count, alone_count, right_count, last_evidence_id, policy_id, model_id FROM mastery WHERE learner_id = {a} AND competency_id = {b}"):
        db.execute(damage)
        assert waymark("check", "--db", db.url, "--json", expect=1).json["ok"] is False, damage
        waymark("rebuild", "--db", db.url)
        assert waymark("check", "--db", db.url, "--digest").out == digest, damage
    waymark("check", "--db", db.url)


def test_what_if_writes_nothing(db, serve, school, tmp_path):
    s = serve()
    play(s.port, school, rounds=9)
    s.stop()
    digest = waymark("check", "--db", db.url, "--digest").out
    policies = counts(db), db.rows("SELECT COUNT(*) FROM policy")
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"mastery": {"secure_at": 0.55, "nearly_at": 0.5, "least_evidence": 1}}))
    r = waymark("rebuild", "--db", db.url, "--json", "--what-if", plan).json
    assert r["changed"] > 0 and r["changed"] == sum(m["count"] for m in r["moved"])
    plan.write_text("{}")
    assert waymark("rebuild", "--db", db.url, "--json", "--what-if", plan).json["changed"] == 0
    for bad in ("{", "[]", '{"mastery":{"secure_at":7}}', '{"mastery":{"secure_at":"high"}}'):
        plan.write_text(bad)
        waymark("rebuild", "--db", db.url, "--what-if", plan, expect=1)
    assert waymark("check", "--db", db.url, "--digest").out == digest
    assert (counts(db), db.rows("SELECT COUNT(*) FROM policy")) == policies


FACTS = ["district", "org", "academic_session", "course", "course_competency", "class", "class_session", "user_account", "user_role", "enrollment", "guardian", "outside_id", "framework", "competency", "competency_link",
         "item", "item_version", "item_competency", "figure", "policy", "model", "evidence", "evidence_response", "unread_response"]


@pytest.mark.only("sqlite")
def test_the_digest_is_equal_on_both_databases(db, serve, school, tmp_path, request):
    """The same facts, row for row, in PostgreSQL; what is derived is made there anew."""
    import conftest
    from harness import Postgresql
    if "postgresql" not in conftest.KINDS:
        pytest.skip("WAYMARK_TEST_DB leaves PostgreSQL out")
    server = request.getfixturevalue("postgres")
    s = serve()
    play(s.port, school, rounds=8)
    s.stop()
    there = Postgresql(server, tmp_path / "there")
    try:
        waymark("migrate", "--db", there.url)
        for table in FACTS:
            names = [r[1] for r in db.rows(f"PRAGMA table_info({table})")]
            columns = ", ".join(names)
            out = io.StringIO()
            write = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            # What is NULL is written as a text that no row has.
            for row in db.rows("SELECT " + ", ".join(f"CASE WHEN {n} IS NULL THEN '<null>' ELSE {n} END" for n in names) + f" FROM {table}"):
                write.writerow(row)
            if out.getvalue():
                there.execute(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, NULL '<null>', FORCE_NULL ({columns}));\n{out.getvalue()}\\.\n")
        assert waymark("check", "--db", there.url, "--json", expect=1).json["facts"] == 32
        waymark("rebuild", "--db", there.url)
        assert waymark("check", "--db", there.url, "--json").json["ok"]
        mine, theirs = waymark("check", "--db", db.url, "--digest").out, waymark("check", "--db", there.url, "--digest").out
        assert mine == theirs
        there.execute("UPDATE mastery SET p_known = p_known * (1 + 1e-15)")
        assert waymark("check", "--db", there.url, "--digest").out != mine
    finally:
        there.dispose()


@pytest.mark.only("sqlite")
def test_backup_while_serving_and_restore(db, serve, school, tmp_path):
    s = serve()
    play(s.port, school)
    to = tmp_path / "backup.db"
    waymark("backup", "--db", db.url, to)
    assert to.stat().st_mode & 0o077 == 0
    digest = waymark("check", "--db", db.url, "--digest").out
    waymark("backup", "--db", db.url, to, expect=2)  # never over what is there
    play(s.port, school, rounds=2, keys=("load3",))
    (tmp_path / "restored").mkdir()
    back = tmp_path / "restored" / "waymark.db"
    waymark("restore", "--db", back, to)
    assert waymark("check", "--db", back, "--digest").out == digest != waymark("check", "--db", db.url, "--digest").out
    waymark("restore", "--db", db.url, to, expect=2)
    s.stop()
    # A damaged backup is not restored.
    data = bytearray(to.read_bytes())
    data[8192:12288] = bytes(4096)
    (tmp_path / "bad.db").write_bytes(data)
    r = waymark("restore", "--db", tmp_path / "restored" / "second.db", tmp_path / "bad.db", expect=None)
    assert r.code == 1 and r.err
    shutil.rmtree(tmp_path / "restored")


@pytest.mark.only("postgresql")
def test_backup_of_postgresql_says_how(db, tmp_path):
    assert "pg_dump" in waymark("backup", "--db", db.url, tmp_path / "x.db", expect=1).err


@pytest.mark.only("sqlite")
def test_a_damaged_file_is_told(db):
    waymark("check", "--db", db.url)
    data = bytearray(db.path.read_bytes())
    for at in range(4096 * 10, len(data) - 4096, 4096 * 7):
        data[at:at + 4096] = b"\x55" * 4096
    db.path.write_bytes(data)
    r = waymark("check", "--db", db.url, expect=1)
    assert r.err and "Sound" not in r.out


def test_a_file_that_is_no_database(tmp_path):
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"this is a letter to the principal" * 100)
    for args in (["check"], ["user", "list"], ["init"], ["serve", "--listen", "127.0.0.1:0"]):
        r = waymark("--db", junk, *args, expect=None)
        assert r.code in (1, 3) and "not a database" in r.err.lower() or "not a waymark database" in r.err.lower(), r
    assert junk.read_bytes().startswith(b"this is a letter")
    empty = Sqlite(tmp_path / "e")
    empty.execute("CREATE TABLE other (x)")
    r = waymark("check", "--db", empty.url, expect=3)
    assert "waymark init" in r.err


def test_now_starts_the_clock(empty_db):
    waymark("--now", "2027-03-04T05:06:07Z", "init", "--db", empty_db.url)
    [[at]] = empty_db.rows("SELECT created_at_ms FROM district")
    assert 0 <= int(at) - 1804136767000 < 60000
