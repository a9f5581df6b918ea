"""Row ids: they rise, none runs ahead of the clock, every floor is a maximum, and `migrate` repairs a database in which they ran ahead."""
import re
import sys
import time

from harness import ROOT, waymark

sys.path.insert(0, str(ROOT / "tools"))
import inventory  # noqa: E402

EPOCH_MS = 1577836800000
OF_FACTS = {"district_id", "since_id"}  # the tenant's; since_id is a moment a minute ahead by intent


def id_at(moment):
    return (int(moment * 1000) - EPOCH_MS) << 22


def columns():
    """(table, column) of every column that holds ids, from the migrations."""
    for table, told in inventory.tables(ROOT)[0].items():
        if table != "id_move":
            yield from ((table, column) for column, kind, *_ in told["columns"] if column.endswith("_id") and kind == "bigint")


def astray(db):
    """Every id that is ahead of the clock or below zero."""
    ahead = id_at(time.time() + 60)
    return [(t, c, i) for t, c in columns() if c not in OF_FACTS for [i] in db.rows(f"SELECT {c} FROM {t} WHERE {c} < 0 OR {c} > {ahead}")]


def edit(client, skill, n):
    reply = client.post("/frameworks/edit", form={"client_id": f"id-edit-{n}", "kind": "add", "skill": skill, "name": f"Own skill {n}"})
    assert reply.status == 303, reply
    return int(re.search(r"k=(\d+)", reply.headers["Location"])[1])


def test_ids_only_rise_and_never_ahead_of_the_clock(clients, school, db, tmp_path):
    leader = clients("district", session=True)
    made = [edit(leader, school.competencies["urn:oatutor:skill:simplify_fractions"], n) for n in range(14)]
    assert made == sorted(made) and made[0] > 0
    (tmp_path / "rules.json").write_text('{"import":{"close_share":0.3}}')
    waymark("policy", "set", "--db", db.url, "--reason", "after many edits", tmp_path / "rules.json")
    assert not astray(db)
    assert waymark("check", "--db", db.url).code == 0


def test_every_floor_is_a_maximum(db, school, serve):
    """What another process wrote with a clock ahead of ours is the floor of the next id, be it an import, an edit, rules or a model."""
    [[district]] = db.rows("SELECT district_id FROM district")
    rows = {
        "import_run": "INSERT INTO import_run (district_id, import_id, kind, source, at_ms, report) VALUES ({d}, {id}, 'x', 'x', 0, '')",
        "framework_edit": "INSERT INTO framework_edit (district_id, edit_id, framework_id, client_id, kind, competency_id, before, after, author_id) VALUES ({d}, {id}, 1, 'floor', 'change', 1, '', '', 1)",
        "model": "INSERT INTO model (district_id, model_id, kind, doc, effective_at_ms, recorded_at_ms) SELECT {d}, {id}, kind, doc, 99999999999999, recorded_at_ms FROM model WHERE district_id = {d}",
        "policy": "INSERT INTO policy (district_id, policy_id, scope, scope_id, doc, effective_at_ms, recorded_at_ms, reason, derived_at_ms) SELECT {d}, {id}, scope, scope_id, doc, 99999999999999, recorded_at_ms, 'ahead', 1 FROM policy WHERE district_id = {d}",
    }
    floor = id_at(time.time() + 3600)
    for n, (table, sql) in enumerate(rows.items()):
        floor += 3600_000 << 22
        db.execute(sql.format(d=district, id=floor))
        waymark("user", "add", "--db", db.url, "--role", "coach", "--school", "Alder School", f"floor.{n}", stdin="long enough here\n")
        [[made]] = db.rows(f"SELECT user_id FROM user_account WHERE username = 'floor.{n}'")
        assert floor < int(made) < floor + (1 << 22), f"{table} is no floor, or more than a floor"


def test_migrate_repairs_ids_that_ran_ahead(db, school, serve):
    """A database as the sum of two ids left it: ids years ahead, then negative; each in every column and document that names it."""
    skill = school.competencies["urn:oatutor:skill:simplify_fractions"]
    [[course]] = db.rows("SELECT course_id FROM course WHERE title = 'Algebra One'")
    [[district, framework]] = db.rows(f"SELECT district_id, framework_id FROM competency WHERE competency_id = {skill}")
    ahead, below = id_at(time.time() + 7 * 365 * 86400), -(1 << 61)
    own = [ahead + 5, ahead + 77, below + 3]
    for n, k in enumerate(own):
        db.execute(f"""INSERT INTO framework_edit (district_id, edit_id, framework_id, client_id, kind, competency_id, before, after, author_id)
          VALUES ({district}, {k + 1}, {framework}, 'sum-{n}', 'add', {k}, '', '{{}}', {school.district.id});
          INSERT INTO competency (district_id, competency_id, framework_id, parent_id, uri, code, statement, name, type, grades, position, try_at_home, status)
          VALUES ({district}, {k}, {framework}, {skill}, 'urn:own:{n}', '', 'Own {n}', 'Own {n}', 'skill', '', 9, '', 'active');
          INSERT INTO course_competency (district_id, course_id, competency_id, position) VALUES ({district}, {course}, {k}, 9)""")
    db.execute(f"""INSERT INTO policy (district_id, policy_id, scope, scope_id, doc, effective_at_ms, recorded_at_ms, reason, derived_at_ms)
      SELECT district_id, {ahead + 90}, scope, scope_id, doc, 1, 1, 'ahead {ahead + 5}', 1 FROM policy""")
    bucket = lambda k: k % 2147483647 * 48271 % 2147483647 // 33554432
    db.execute(f"""INSERT INTO fact (district_id, bucket, subject_id, fact_id, kind, version, recorder_id, client_id, body_hash, happened_at_ms, received_at_ms, school_date)
      VALUES ({district}, {bucket(ahead + 77)}, {ahead + 77}, {ahead + 78}, 'policy_read', 1, {school.district.id}, 'f', 1, 1, 1, 1)""")
    assert astray(db)
    r = waymark("migrate", "--db", db.url)
    assert "repaired" in r.err
    assert not astray(db)
    moved = {int(a): int(b) for a, b in db.rows("SELECT old_id, new_id FROM id_move")}
    assert [moved[k] for k in own] == sorted(moved[k] for k in own), "in the order in which they were given"
    assert {c for c, in db.rows("SELECT competency_id FROM course_competency WHERE position = 9")} >= {str(moved[k]) for k in own}
    assert db.rows("SELECT subject_id, bucket, fact_id FROM fact WHERE client_id = 'f'") == [[str(moved[ahead + 77]), str(bucket(moved[ahead + 77])), str(moved[ahead + 78])]]
    db.execute("DELETE FROM fact WHERE client_id = 'f'")
    assert waymark("check", "--db", db.url).code == 0
    assert "repaired" not in waymark("migrate", "--db", db.url).err
    server = serve()
    from client import Client
    c = Client(server.port)
    assert c.sign_in(school.district.username, school.district.password).status == 303
    assert edit(c, skill, 99) > max(moved.values())
    assert not astray(db)
