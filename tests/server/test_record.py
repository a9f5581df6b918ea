"""Facts that people record: each once, all of a form or nothing, told to live views after the commit, moved from an older database, kept under keys that spread."""
import csv
import re
import sys
import threading
import uuid

import pytest

from harness import ROOT, Postgresql, Sqlite, waymark

sys.path.insert(0, str(ROOT / "tools"))
import factgen  # noqa: E402
import inventory  # noqa: E402

KINDS = factgen.kinds(ROOT / "src/store/facts")
EPOCH_MS = 1577836800000


def bucket(subject_id):
    return subject_id % 2147483647 * 48271 % 2147483647 // 33554432


def facts(db, kind):
    return db.rows(f"SELECT f.subject_id, f.recorder_id, f.bucket FROM fact f JOIN fact_{kind} s ON s.district_id = f.district_id AND s.bucket = f.bucket AND s.subject_id = f.subject_id AND s.fact_id = f.fact_id ORDER BY f.fact_id")


def test_a_fact_is_recorded_once(clients, school, db):
    student = clients("student")
    ask = {"client_id": "once-only-1", "kind": "explain", "note": "why?"}
    first = student.post("/api/v1/me/help", ask).json
    assert student.post("/api/v1/me/help", ask).json["help_id"] == first["help_id"]
    assert student.post("/api/v1/me/help", ask | {"note": "how?"}).status == 409
    assert facts(db, "help_asked") == [[str(school.student.id), str(school.student.id), str(bucket(int(school.student.id)))]]
    # another student's request may have the same id
    assert clients("student2").post("/api/v1/me/help", ask).json["help_id"] != first["help_id"]


def test_many_at_once_are_one(clients, school, db):
    ask = {"client_id": str(uuid.uuid4()), "kind": "hint"}
    found = []
    threads = [threading.Thread(target=lambda c=clients("student"): found.append(c.post("/api/v1/me/help", ask).json["help_id"])) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(found) == 6 and len(set(found)) == 1 and len(facts(db, "help_asked")) == 1


def test_a_form_is_recorded_whole_or_not(clients, school, db):
    db.execute("UPDATE academic_session SET starts_on = 1, ends_on = 40000")  # whatever today is
    teacher, me = clients("teacher", session=True), school.student.id
    page = f"/class/{school.classes['c1']}/habits"
    assert teacher.post(page, form={"client_id": "whole-or-not-1", f"h0_{me}": "3", f"h1_{me}": "9"}).status == 400
    assert facts(db, "habit_rated") == []
    form = {"client_id": "whole-or-not-2", f"h0_{me}": "3", f"h1_{me}": "4"}
    for _ in range(2):
        assert teacher.post(page, form=form).status == 303
    assert len(facts(db, "habit_rated")) == 2
    # one of them with another body: neither is recorded
    assert teacher.post(page, form=form | {f"h1_{me}": "1", f"h2_{me}": "1"}).status == 409
    assert db.rows("SELECT rating FROM fact_habit_rated ORDER BY fact_id") == [["3"], ["4"]]


def test_ids_of_a_subject_rise(clients, school, db):
    student = clients("student")
    ids = [int(student.post("/api/v1/me/help", {"client_id": f"rising-{i:04}", "kind": "check"}).json["help_id"]) for i in range(5)]
    assert ids == sorted(set(ids))
    db.execute(f"UPDATE fact SET fact_id = fact_id + 4000000000000000 WHERE fact_id = {ids[-1]}")  # of a server whose clock ran ahead
    later = int(student.post("/api/v1/me/help", {"client_id": "rising-last", "kind": "check"}).json["help_id"])
    assert later > ids[-1] + 4000000000000000


def test_what_nobody_may_record_is_refused(clients, school, db):
    """The relation of the declaration holds, whatever the route lets in."""
    asked = clients("student").post("/api/v1/me/help", {"client_id": "not-by-all-1", "kind": "talk"}).json["help_id"]
    close = {"help_id": asked, "learner_id": school.student.id}
    for who in ("student", "principal", "teacher2"):
        assert clients(who, session=True).post("/help/close", form=close).status == 403
    assert clients("teacher", session=True).post("/help/close", form=close | {"learner_id": school.users["student2"].id}).status in (403, 404)
    assert facts(db, "help_answered") == []
    for _ in range(2):
        assert clients("teacher", session=True).post("/help/close", form=close).status == 303
    assert len(facts(db, "help_answered")) == 1


def test_the_csv_has_what_was_recorded(clients, school, db, tmp_path):
    clients("student").post("/api/v1/me/help", {"client_id": "for-the-csv", "kind": "explain", "note": "=1+1, \"quoted\"\nand a line"})
    counts = waymark("export", "facts", tmp_path / "out", "--db", db.url, "--json").json
    assert set(counts) == {k["name"] for k in KINDS} and counts["help_asked"] == 1
    for k in KINDS:
        with (tmp_path / "out" / f"{k['name']}.csv").open(newline="") as f:
            rows = list(csv.reader(f))
        assert rows[0] == ["subject_id", "fact_id", "recorder_id", "happened_at", "received_at", "school_date", "replaces_id", *(f["name"] for f in k["fields"] if f["export"])]
        assert len(rows) == 1 + counts[k["name"]] and all(len(r) == len(rows[0]) for r in rows)
    [row] = list(csv.DictReader((tmp_path / "out" / "help_asked.csv").open(newline="")))
    assert row["subject_id"] == row["recorder_id"] == str(school.student.id) and row["kind"] == "explain"
    assert row["note"] == "'=1+1, \"quoted\"\nand a line", "a formula is not run by a spreadsheet"
    assert waymark("export", "facts", "--db", db.url, expect=2) and waymark("export", "people", tmp_path, "--db", db.url, expect=2)


# Keys -------------------------------------------------------------------------------------------------------------

def spreading():
    """The tables that spread by bucket, with their unique keys."""
    found, _ = inventory.tables(ROOT)
    text = "\n".join(t for _, t in inventory.migrations(ROOT))
    for name, table in found.items():
        if any(c[0] == "bucket" for c in table["columns"]):
            yield name, [table["key"], *(re.split(r",\s*", m[1]) for m in re.finditer(rf"CREATE UNIQUE INDEX \w+ ON {name} \(([^)]*)\)", text))]


def test_every_table_of_facts_spreads():
    names = {name for name, _ in spreading()}
    assert names == {"fact"} | {f"fact_{k['name']}" for k in KINDS}
    for name, keys in spreading():
        for key in keys:
            assert key[:2] == ["district_id", "bucket"], f"{name}: a unique key must hold the columns by which tables spread: {key}"


def test_no_query_joins_facts_across_buckets():
    """What joins two spreading tables says that their district, bucket and subject are the same."""
    from test_plans import statements
    for name, sql in statements():
        aliases = [a or t for t, a in re.findall(r"\b(?:FROM|JOIN)\s+(fact(?:_[a-z_]+)?)(?:\s+(?!WHERE\b|ON\b|JOIN\b|LEFT\b|CROSS\b|ORDER\b)([a-z]+))?", sql)]
        joined = [a for a in aliases if all(re.search(rf"\b{a}\.{c} = (?:\w+\.{c}|:|\()", sql) for c in ("district_id", "bucket", "subject_id"))]
        assert len(set(aliases)) - len(set(joined)) <= 1, f"{name}: of {aliases} only {joined} are joined by district, bucket and subject"


def test_the_keys_hold_on_hash_partitions(db, clients, school, kind):
    if kind != "postgresql":
        pytest.skip("native partitions are PostgreSQL's")
    clients("student").post("/api/v1/me/help", {"client_id": "partitioned-1", "kind": "hint"})
    for name, _ in spreading():
        db.execute(f"CREATE TABLE spread_{name} (LIKE {name} INCLUDING ALL) PARTITION BY HASH (bucket)")
        for i in range(4):
            db.execute(f"CREATE TABLE spread_{name}_{i} PARTITION OF spread_{name} FOR VALUES WITH (MODULUS 4, REMAINDER {i})")
        db.execute(f"INSERT INTO spread_{name} SELECT * FROM {name}")
        assert db.rows(f"SELECT COUNT(*) FROM spread_{name}") == db.rows(f"SELECT COUNT(*) FROM {name}")
    for name, _ in spreading():  # the program on partitions, as on one table
        db.execute(f"DROP TABLE {name}; ALTER TABLE spread_{name} RENAME TO {name}")
    first = clients("student").post("/api/v1/me/help", {"client_id": "partitioned-2", "kind": "hint"}).json
    assert clients("student").post("/api/v1/me/help", {"client_id": "partitioned-2", "kind": "hint"}).json["help_id"] == first["help_id"]
    assert len(facts(db, "help_asked")) == 2


# A database made before there were facts ---------------------------------------------------------------------------

def checksum(text):
    h = 14695981039346656037
    for b in text.encode():
        h = (h ^ b) * 1099511628211 % 2**64
    return h >> 1


def spelled(text, kind):
    words = {"{blob}": ("BLOB", "BYTEA"), "{text}": ("TEXT", 'TEXT COLLATE "C"'), "{double}": ("REAL", "DOUBLE PRECISION"), "{norowid}": ("WITHOUT ROWID", ""), "{only_postgresql}": ("--", "")}
    text = re.sub(r"--[^\n]*", "", text)
    for word, meant in words.items():
        text = text.replace(word, meant[kind == "postgresql"])
    return text


OLD_ROWS = """
INSERT INTO district (district_id, name, host, created_at_ms) VALUES (1, 'Old District', '', 1);
INSERT INTO org (district_id, org_id, name, type, zone, status) VALUES (1, 50, 'Old School', 'school', 'UTC', 'active');
INSERT INTO help_request (district_id, help_id, learner_id, client_id, kind, item_id, note) VALUES (1, 800000000000000001, 11, 'help-old-1', 'hint', NULL, 'a'), (1, 800000000000000002, 11, 'help-old-2', 'talk', 5, 'b');
UPDATE help_request SET answered_at_ms = 1768550000000, answered_by = 21 WHERE help_id = 800000000000000001;
INSERT INTO second_look (district_id, look_id, learner_id, competency_id, asker_id, client_id, note, answer, answered_by, answered_at_ms, about) VALUES
  (1, 800000000000000003, 11, 7, 31, 'look-old-1', 'x', 'y', 21, 1768550000000, NULL), (1, 800000000000000004, 12, 0, 12, 'look-old-1', 'x', '', NULL, NULL, 'pace:p');
INSERT INTO habit_mark (district_id, learner_id, mark_id, session_id, class_id, habit, mark, client_id, recorder_id) VALUES (1, 11, 800000000000000005, 3, 4, 'persists', 2, 'habit-old-1', 21);
INSERT INTO policy_reader (district_id, policy_id, user_id, read_at_ms) VALUES (1, 9, 21, 1768550000000), (1, 9, 22, 1768550000000), (1, 10, 22, 1768550000000);
INSERT INTO draft_rules (district_id, draft_id, org_id, doc, reason, author_id, until_date) VALUES (1, 60, 50, '{}', 'r', 41, 30000);
INSERT INTO draft_comment (district_id, comment_id, draft_id, author_id, client_id, note, answer, answered_by, answered_at_ms, about) VALUES
  (1, 800000000000000006, 60, 21, 'same-id-1', 'n', 'a', 41, 1768550000000, 'mastery.secure_at'), (1, 800000000000000007, 60, 22, 'same-id-1', 'm', '', NULL, NULL, NULL);
INSERT INTO barrier (district_id, barrier_id, org_id, kind, note, filer_id, client_id, owner, due_date, answer, answered_by, answered_at_ms) VALUES
  (1, 800000000000000008, 0, 'money', 'n', 21, 'barrier-old', 'who', 20000, 'done', 41, 1768550000000), (1, 800000000000000009, 50, 'money', 'n', 21, 'barrier-two', '', NULL, '', NULL, NULL);
INSERT INTO moderation (district_id, moderation_id, client_id, org_id, competency_id, title, author_id) VALUES (1, 70, 'm-old-001', 50, 7, 't', 21);
INSERT INTO moderation_work (district_id, work_id, moderation_id, client_id, body, author_id, anchor_note) VALUES (1, 71, 70, 'w-old-001', 'b', 21, '');
INSERT INTO moderation_score (district_id, work_id, scorer_id, level, note, at_ms) VALUES (1, 71, 21, 2, 'n', 1768550000000), (1, 71, 22, 3, '', 1768550000000);
"""
MOVED = {"help_asked": 2, "help_answered": 1, "second_look_asked": 2, "second_look_answered": 1, "habit_rated": 1, "policy_read": 3, "policy_commented": 2, "policy_comment_answered": 1,
         "barrier_reported": 2, "barrier_answered": 1, "work_scored": 2}


def test_what_was_recorded_before_becomes_facts(kind, tmp_path, request):
    db = Sqlite(tmp_path / "old") if kind == "sqlite" else Postgresql(request.getfixturevalue("postgres"), tmp_path / "old")
    db.execute("CREATE TABLE schema_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum BIGINT NOT NULL, applied_at_ms BIGINT NOT NULL)")
    for path in sorted((ROOT / "src/store/migrations").glob("*.sql")):
        if int(path.name[:4]) < 25:
            db.execute(spelled(path.read_text(), kind))
            db.execute(f"INSERT INTO schema_migration VALUES ({int(path.name[:4])}, '{path.name}', {checksum(path.read_text())}, 1)")
    db.execute(OLD_ROWS)
    waymark("migrate", "--db", db.url)
    assert {k["name"]: int(db.rows(f"SELECT COUNT(*) FROM fact_{k['name']}")[0][0]) for k in KINDS if k["name"] in MOVED} == MOVED
    assert {k: int(n) for k, n in db.rows("SELECT kind, COUNT(*) FROM fact GROUP BY kind")} == MOVED, "each has its row in the spine"
    for subject, at, fact_id, b, received, kind_ in db.rows("SELECT subject_id, happened_at_ms, fact_id, bucket, received_at_ms, kind FROM fact"):
        assert int(b) == bucket(int(subject)) and at == received
        assert abs((int(fact_id) >> 22) + EPOCH_MS - int(at)) < 2, f"{kind_}: the id tells when"
    assert db.rows("SELECT subject_id, asked_id FROM fact_help_answered") == [["11", "800000000000000001"]]
    assert db.rows("SELECT subject_id, competency_id, matter FROM fact_second_look_asked ORDER BY fact_id") == [["11", "7", ""], ["12", "", "pace:p"]]
    assert db.rows("SELECT f.recorder_id, s.setting, s.note FROM fact_policy_commented s JOIN fact f ON f.fact_id = s.fact_id ORDER BY s.fact_id") == [["21", "mastery.secure_at", "n"], ["22", "", "m"]]
    assert db.rows("SELECT subject_id, barrier_id, owner, due_date, answer FROM fact_barrier_answered") == [["0", "800000000000000008", "who", "20000", "done"]]
    assert db.rows("SELECT f.recorder_id, s.level FROM fact_work_scored s JOIN fact f ON f.fact_id = s.fact_id ORDER BY 1") == [["21", "2"], ["22", "3"]]
    waymark("check", "--db", db.url)
