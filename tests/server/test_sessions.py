"""Sign-ins under load, what expires, and live streams whose right has ended."""
import concurrent.futures
import json
import re
import time

import pytest
from client import Client, Stream
from harness import ROOT, eventually, waymark
from school import PASSWORD

SKILL = "urn:oatutor:skill:simplify_fractions"


def test_guesses_that_are_sent_side_by_side_each_count(server, school, db):
    def guess(n):
        c = Client(server.port, timeout=60)
        try:
            return c.sign_in(school.student.username, f"guess number {n}").status
        finally:
            c.close()

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(guess, range(24)))
    [[failures]] = db.rows("SELECT failures FROM sign_in_failure")
    # Four are free; the fifth begins a pause of a second, each one after it a longer one.
    assert statuses.count(403) == int(failures) and statuses.count(403) + statuses.count(429) == 24
    assert statuses.count(403) <= 8, statuses


def test_a_user_name_is_read_as_it_was_meant(server, school, db):
    """Case and the spaces around it do not matter, unless two names differ in nothing else."""
    name = school.student.username
    for said in (name, name.upper(), name.capitalize(), f" {name} ", f"{name}\t"):
        assert Client(server.port).sign_in(said, PASSWORD).status == 303, said
        assert Client(server.port).sign_in(said, "wrong").status == 403, said
    assert Client(server.port).sign_in(name.replace(".", " "), PASSWORD).status == 403
    db.execute(f"UPDATE user_account SET username = '{name.upper()}', named_alike = user_id WHERE user_id = {school.classmate.id}")
    assert Client(server.port).sign_in(name, PASSWORD).status == 303, "letter for letter"
    assert Client(server.port).sign_in(name.capitalize(), PASSWORD).status == 403, "it could be either"
    assert f"only in upper and lower case: {name.upper()}, {name}." in waymark("check", "--db", db.url).out
    assert waymark("check", "--db", db.url, "--json").json["names_alike"] == [name.upper(), name]


def test_a_user_name_is_given_once_in_any_case(school, db):
    name = school.student.username
    for taken in (name, name.upper(), name.capitalize()):
        refused = waymark("user", "add", "--db", db.url, "--role", "teacher", taken, stdin=PASSWORD + "\n", expect=None)
        assert refused.code != 0 and f"the user name {taken} is taken" in refused.err and "choose another" in refused.err
    assert waymark("user", "add", "--db", db.url, "--role", "teacher", f" {name}2", stdin=PASSWORD + "\n", expect=None).code != 0
    waymark("user", "add", "--db", db.url, "--role", "teacher", f"{name}2", stdin=PASSWORD + "\n")
    with pytest.raises(Exception, match="(?i)unique"):
        db.execute(f"UPDATE user_account SET username = '{name.upper()}' WHERE user_id = {school.classmate.id}")
    assert waymark("check", "--db", db.url, "--json").json["names_alike"] == []


def test_names_that_were_alike_before_are_kept(school, db):
    """The migration goes through whatever is there."""
    name = school.student.username
    text = (ROOT / "src/store/migrations/0045_name_once.sql").read_text()
    db.execute("DROP INDEX user_account_folded")
    db.execute(f"UPDATE user_account SET username = '{name.upper()}' WHERE user_id = {school.classmate.id}")
    update, index = re.search(r"UPDATE .*?;", text, re.S)[0], re.search(r"CREATE UNIQUE .*?;", text, re.S)[0]
    db.execute(update + index)
    assert len(db.rows("SELECT user_id FROM user_account WHERE named_alike <> 0")) == 1
    assert len(waymark("check", "--db", db.url, "--json").json["names_alike"]) == 2


def test_what_has_expired_goes_along_with_sign_ins(server, school, db):
    [[district]] = db.rows("SELECT district_id FROM district")
    me = school.student.id
    for n in range(120):
        db.execute(f"INSERT INTO session (district_id, token_hash, user_id, created_at_ms, expires_at_ms) VALUES ({district}, 'old{n}', {me}, 1, {n + 1});"
                   f"INSERT INTO api_token (district_id, token_hash, user_id, created_at_ms, expires_at_ms) VALUES ({district}, 'old{n}', {me}, 1, {n + 1});"
                   f"INSERT INTO sign_in_failure (district_id, account_hash, failures, until_ms) VALUES ({district}, 'old{n}', 9, {n + 1})")
    recent = int(time.time() * 1000) - 3600_000
    db.execute(f"INSERT INTO sign_in_failure (district_id, account_hash, failures, until_ms) VALUES ({district}, 'recent', 9, {recent})")
    left = lambda: [int(db.rows(f"SELECT COUNT(*) FROM {t} WHERE {c} LIKE 'old%'")[0][0]) for t, c in (("session", "token_hash"), ("api_token", "token_hash"), ("sign_in_failure", "account_hash"))]
    for _ in range(4):
        before = left()
        c = Client(server.port)
        assert c.sign_in(school.student.username, PASSWORD).status == 303
        assert all(b - a <= 50 for a, b in zip(left(), before)), "bounded, however many there are"
    assert left() == [0, 0, 0]
    assert db.rows("SELECT COUNT(*) FROM sign_in_failure WHERE account_hash = 'recent'") == [["1"]]


ENDED = {
    "signed out": lambda w: w.session.post("/sign-out", form={}),
    "a new password": lambda w: waymark("user", "passwd", "--db", w.db.url, w.school.teacher.username, stdin="another long password\n"),
    "the class is taken away": lambda w: w.db.execute(f"UPDATE enrollment SET status = 'closed' WHERE user_id = {w.school.teacher.id}"),
    "its last day has gone by": lambda w: w.db.execute(f"UPDATE enrollment SET ends_on = 20000 WHERE user_id = {w.school.teacher.id}"),
    "the role has ended": lambda w: w.db.execute(f"UPDATE user_role SET status = 'closed' WHERE user_id = {w.school.teacher.id}"),
    "the person is disabled": lambda w: w.db.execute(f"UPDATE user_account SET enabled = 0 WHERE user_id = {w.school.teacher.id}"),
    "the session has expired": lambda w: w.db.execute("UPDATE session SET expires_at_ms = 1"),
}


@pytest.mark.parametrize("why", ENDED)
def test_a_live_stream_ends_with_its_right(server, school, db, clients, why):
    class World:
        pass

    w = World()
    w.db, w.school, w.session = db, school, clients("teacher", session=True)
    live = Stream(server.port, f"/class/{school.classes['c1']}/live", cookie=f"waymark={w.session.cookie}")
    assert live.status == 200
    live.joined()
    student = clients("student")
    item = student.next()
    student.answer(item, school.right(item["item_id"]))
    assert live.event("cell")
    ENDED[why](w)
    live.ended()  # one that goes on times out
    item = student.next()
    student.answer(item, school.right(item["item_id"]))
    again = Stream(server.port, f"/class/{school.classes['c1']}/live", cookie=f"waymark={w.session.cookie}")
    assert again.status in (303, 401, 403)


def test_a_student_who_leaves_is_no_longer_told_of(server, school, db, clients):
    live = Stream(server.port, f"/api/v1/classes/{school.classes['c1']}/live", school.teacher.token)
    live.joined()
    db.execute(f"UPDATE enrollment SET status = 'closed' WHERE user_id = {school.student.id}")
    student, teacher = clients("student"), clients("teacher")
    rounds = [0]

    def tells_of():
        """Of whom the stream tells, when the student asks for help and the teacher sees the classmate at work."""
        rounds[0] += 1
        seen = {"client_id": f"left-seen-{rounds[0]}", "competency_id": school.competencies[SKILL], "learner_ids": [school.classmate.id], "level": ("secure", "not_yet")[rounds[0] % 2]}
        student.post("/api/v1/me/help", {"client_id": f"left-help-{rounds[0]}", "kind": "hint"})
        assert teacher.post(f"/api/v1/classes/{school.classes['c1']}/observations", seen).status == 200
        events = []
        while (event := live.event())["event"] != "cell":
            events.append(event["event"])
        assert json.loads(event["data"])["learner_id"] == school.classmate.id
        return events

    eventually(lambda: tells_of() == [], "the end of telling about who has left")
    live.close()
