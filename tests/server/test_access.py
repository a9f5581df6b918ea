"""Who may reach what. Every route of `waymark routes --json` is walked by every role and by nobody, with the ids of the
own class and of another, and compared with docs/permissions.md, which says who may. And sign-in, sessions, tokens."""
import contextlib
import json
import os
import pathlib
import re
import stat
import time
import urllib.parse
import uuid

import pytest
from client import Client
from harness import eventually, raw, waymark
from school import NOBODY, PASSWORD, PEOPLE

ROLES = ["student", "teacher", "coach", "counselor", "principal", "district", "guardian", "programs"]
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/permissions.md"
ROUTES = {(r["method"], r["path"]): r for r in waymark("routes", "--json").json}

# What whoever may gets with their own ids, where it is not 200 of a page or a call, 303 of a form.
ANSWERS = {
    ("GET", "/"): 303,
    ("GET", "/sign-in"): 303,
    ("POST", "/sign-in"): 403,  # with a wrong password
    ("GET", "/language"): 303,
    ("GET", "/favicon.ico"): 303,
    ("POST", "/answer"): 200,
    ("POST", "/try/:item"): 200,
    ("POST", "/models/take-back"): 403,  # the first version has none before it
    ("POST", "/rules/try"): 400,  # it changes nothing
    ("POST", "/rules"): 400,
    ("POST", "/rules/draft"): 400,
}
ANSWERS_NOBODY = {("GET", "/sign-in"): 200}
# The draft of the walk is the district's: a principal, who may answer and adopt the school's, is refused.
OF_ANOTHER = {("POST", "/drafts/answer"): {"principal"}, ("POST", "/drafts/adopt"): {"principal"}}
# Whose records are not theirs, by role.
FOREIGN = {"student": ["classmate", "student2", "student3"], "teacher": ["student2", "student3"], "guardian": ["classmate", "student2"], "principal": ["student3"], "counselor": ["student3"], "coach": ["student"], "district": ["student"], "programs": ["student"],
           "nobody": ["student"]}


def permissions():
    """{(method, path): {role: what the page says}} of docs/permissions.md; whoever is not named there is refused."""
    rows = [[x.strip() for x in line.strip("|\n").split("|")] for line in PAGE.read_text().split("\n") if line.startswith("|")]
    heads = rows[0]
    assert heads == ["route", "about", *ROLES, "nobody"]
    return {tuple(re.fullmatch(r"(\w+) `(.*)`", r[0]).groups()): {role: cell for role, cell in zip(heads[2:], r[2:]) if cell} for r in rows[2:]}


ALLOWED = permissions()


def answer(route, role):
    """The status that the role gets with its own ids; None: it is refused."""
    if role not in ALLOWED[route] or role in OF_ANOTHER.get(route, ()):
        return None
    method, path = route
    usual = 303 if method == "POST" and not path.startswith("/api/") else 200
    return (ANSWERS_NOBODY if role == "nobody" and route in ANSWERS_NOBODY else ANSWERS).get(route, usual)


def names_ids(route):
    """Are there ids in it of a student's or a class's, which may be somebody else's?"""
    text = f"{route['path']} {route['sample'] or ''}"
    return bool(route["learner_param"] or route["class_param"] or re.search(r"\{(learner|help|look)\}", text))


def test_the_page_of_permissions_is_the_route_table():
    made = waymark("routes", "--permissions").out
    assert made == PAGE.read_text(), "docs/permissions.md is out of date: waymark routes --permissions >docs/permissions.md, and read what has changed"
    assert sorted(ALLOWED) == sorted(ROUTES) and len(ROUTES) > 100


def test_a_row_says_whose_record_it_is():
    for (method, path), r in ROUTES.items():
        asked = f"{path}?{r['sample'] or ''}" if method == "GET" else path
        assert r["may"], f"{path}: nobody may, so nobody has thought of it"
        assert (r["learner_param"] is not None) == bool(re.search(r":learner\b|\blearner=", asked)), path
        assert (r["class_param"] is not None) == bool(re.search(r":class\b|\bclass=", asked)), path
        assert r["records_access"] == bool(r["learner_param"] or r["class_param"]), f"{path}: a look at records leaves a record"


class Walk:
    """Samples of requests, filled with ids."""

    def __init__(self, school, help_ids, look_ids, ids):
        self.school, self.help_ids, self.ids = school, help_ids, ids
        self.look_of = {help_ids[k]: look_ids[k] for k in help_ids}  # the second look of the same student

    def request(self, route, class_id, learner, competency, help_id):
        """(path with its query, what is sent) of a route, whose sample names ids in braces."""
        mine = {"class": class_id, "learner": learner, "competency": competency, "help": help_id, "look": self.look_of.get(help_id, NOBODY),
                "item": self.school.items["pa1a"]["id"], "new": str(uuid.uuid4()), "days": str(uuid.uuid4().int % 300 + 20), **self.ids}
        path = re.sub(r":(\w+)", lambda m: str(mine[m[1]]), route["path"])
        sample = re.sub(r"\{(\w+)\}", lambda m: str(mine[m[1]]), route["sample"] or "")
        if route["method"] == "GET":
            return path + (f"?{sample}" if sample else ""), {}
        if sample.startswith("?"):
            query, _, sample = sample.partition(" ")
            path += query
        if path.startswith("/api/"):
            return path, {"body": {"client_id": mine["new"], "item_id": mine["item"], "variant": 0, "response": "3/4", "kind": "explain", "competency_id": competency, "learner_ids": [learner], "level": "nearly", "note": "look again"}}
        return path, {"form": dict(urllib.parse.parse_qsl(sample, keep_blank_values=True, strict_parsing=bool(sample)))}

    def call(self, client, route, class_id, learner, competency, help_id):
        path, sent = self.request(route, class_id, learner, competency, help_id)
        if route["path"].endswith("/live"):
            return stream(client, path)
        return client.request(route["method"], path, **sent)


class Head:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.text = data.decode("utf-8", "replace")
        self.headers = dict(re.findall(r"^([^:\r\n]+): ([^\r\n]*)", head.decode(), re.M))


def stream(client, path):
    """An event stream has no end: its head and first bytes."""
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    if client.token:
        head += f"Authorization: Bearer {client.token}\r\n"
    if client.cookie:
        head += f"Cookie: waymark={client.cookie}\r\n"
    return Head(raw(client.port, (head + "\r\n").encode(), 0.4))


def names_of(people):
    return [n for k in people for n in (PEOPLE[k][1], PEOPLE[k][2], PEOPLE[k][0])]


@pytest.fixture
def walk(clients, school, db):
    db.execute("UPDATE academic_session SET starts_on = 1, ends_on = 40000")  # whatever today is
    ids = {}
    for key in ("student", "student2"):
        ids[key] = clients(key).post("/api/v1/me/help", {"client_id": f"walk-{key}-1", "kind": "explain"}).json["help_id"]
        assert clients(key, session=True).post("/look", form={"client_id": f"walk-look-{key}", "competency": school.competencies["urn:oatutor:skill:simplify_fractions"], "note": "look again"}).status == 303
        item = clients(key).next()
        assert clients(key).answer(item, school.right(item["item_id"])).status == 200
    page = clients().get("/sign-in").text
    asset = re.search(r'"(/assets/[^"]+)"', page)[1]
    looks = {key: db.rows(f"SELECT fact_id FROM fact_second_look_asked WHERE subject_id = {school.users[key].id}")[0][0] for key in ids}
    assert clients("principal", session=True).post("/barriers", form={"client_id": "walk-barrier", "kind": "money", "note": "no paper"}).status == 303
    assert clients("district", session=True).post("/rules/draft", form={"mastery.review_after_days": "25", "reason": "so that it lasts"}).status == 303
    asked = {"title": "Service", "for": "graduation", "by_grade": "12", "kind": "hours", "need": "20", "reason": "as agreed"}
    assert clients("district", session=True).post("/requirements", form=asked).status == 303
    [requirement] = json.loads(db.rows("SELECT doc FROM policy ORDER BY policy_id DESC")[0][0])["requirements"]
    skill = school.competencies["urn:oatutor:skill:simplify_fractions"]
    leader = clients("district", session=True)
    assert leader.post("/checkpoints", form={"client_id": "walk-checkpoint", "title": "October", "skill": skill, "task": "Simplify 12/18.", "most": "4"}).status == 303
    assert leader.post("/moderation", form={"client_id": "walk-moderation", "title": "October", "skill": skill}).status == 303
    [[checkpoint]], [[moderation]] = db.rows("SELECT checkpoint_id FROM checkpoint"), db.rows("SELECT moderation_id FROM moderation")
    assert leader.post("/moderation/work", form={"client_id": "walk-work", "moderation_id": moderation, "body": "Because."}).status == 303
    [[work]] = db.rows("SELECT work_id FROM moderation_work")
    [[draft]] = db.rows("SELECT draft_id FROM draft_rules")
    assert clients("district", session=True).post("/rules/draft", form={"mastery.review_after_days": "28", "reason": "commented on"}).status == 303
    db.execute(f"UPDATE draft_rules SET until_date = 20000 WHERE draft_id <> {draft}")
    [[settled]] = db.rows(f"SELECT draft_id FROM draft_rules WHERE draft_id <> {draft}")
    assert clients("teacher", session=True).post("/drafts/comment", form={"client_id": "walk-comment", "draft_id": draft, "note": "fine"}).status == 303
    form = {"client_id": "walk-waiver", "setting": "mastery.secure_at", "reason": "we ask", "until": "2099-06-30"}
    assert clients("principal", session=True).post("/rules/waiver", form=form).status == 303
    [[fact, org]] = db.rows("SELECT fact_id, subject_id FROM fact_barrier_reported")
    one = lambda query: db.rows(query)[0][0]  # noqa: E731
    return Walk(school, ids, looks, {
        "nobody": NOBODY, "password": PASSWORD, "name": asset.removeprefix("/assets/"), "sha256": one("SELECT sha256 FROM figure"),
        "checkpoint": checkpoint, "moderation": moderation, "work": work, "requirement": requirement["id"], "draft": draft, "settled": settled, "barrier": fact, "org": org,
        "comment": one("SELECT fact_id FROM fact_policy_commented"), "waiver": one("SELECT waiver_id FROM waiver"), "framework": one("SELECT framework_id FROM framework"),
        "policy": one("SELECT MAX(policy_id) FROM policy"), "course": one(f"SELECT c.course_id FROM enrollment e JOIN class c ON c.class_id = e.class_id WHERE e.user_id = {school.student.id}")})


LAST = [("POST", "/account/password"), ("POST", "/sign-out")]  # these end what the walk stands on


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_every_route(role, clients, school, walk, db):
    page = clients(role, session=True) if role != "nobody" else clients()
    api = clients(role) if role != "nobody" else page
    own_class, other_class = school.classes["c1"], school.classes["c2"]
    competency = school.competencies["urn:oatutor:skill:simplify_fractions"]
    others = [k for k in PEOPLE if k != role and not k.startswith("load")]
    wrong = []

    def expect(reply, status, what, refused):
        if reply.status != status:
            wrong.append(f"{what}: {reply.status}, not {status}")
        if refused:
            for name in names_of(others):
                # A guardian shares the family's name with the child.
                if name in reply.text and not (role in PEOPLE and name in PEOPLE[role]):
                    wrong.append(f"{what}: refused, and names {name}")
        if status == 303 and refused and reply.headers.get("Location") != "/sign-in":
            wrong.append(f"{what}: goes to {reply.headers.get('Location')}")

    for key in [r for r in ROUTES if r not in LAST] + LAST:
        (method, pattern), route = key, ROUTES[key]
        is_api = pattern.startswith("/api/")
        client = api if is_api else page
        allowed = answer(key, role)
        refused = 401 if role == "nobody" else 403
        if role == "nobody" and not is_api and method == "GET":
            refused = 303
        what = f"{role} {method} {pattern}"
        if names_ids(route):
            for stranger in FOREIGN[role] + [None]:
                learner = school.users[stranger].id if stranger else NOBODY
                foreign_class = other_class if stranger else NOBODY
                help_id = walk.help_ids["student2"] if stranger else NOBODY
                expect(walk.call(client, route, foreign_class, learner, competency, help_id), refused, f"{what} with the ids of {stranger or 'nobody at all'}", True)
                if route["class_param"] and re.search(r"\blearner=", route["sample"] or ""):  # a learner of another class by way of one's own
                    expect(walk.call(client, route, own_class, learner, competency, help_id), refused, f"{what} with {stranger} by way of the own class", True)
        reply = walk.call(client, route, own_class, school.student.id, competency, walk.help_ids["student"])
        expect(reply, allowed or refused, what, not allowed)
        if allowed and role in ("student", "teacher", "guardian"):
            for name in school.names_of_other_class():
                if name in reply.text:
                    wrong.append(f"{what}: shows {name} of another class")
        if allowed and role in ("coach", "principal", "district") and not is_api:
            for name in names_of([k for k in ("student", "classmate", "student2", "student3") if k != "student" or not route["learner_param"]]):
                if name in reply.text:
                    wrong.append(f"{what}: shows {name}, a student")
    assert not wrong, "\n".join(wrong)


def test_a_look_leaves_a_record(clients, school, db):
    teacher, student = clients("teacher"), clients("student")
    teacher.get(f"/api/v1/learners/{school.student.id}/mastery")
    teacher.get(f"/api/v1/classes/{school.classes['c1']}/mastery")
    student.get(f"/api/v1/learners/{school.student.id}/mastery")  # one's own: none
    clients("teacher2").get(f"/api/v1/learners/{school.student.id}/mastery")  # refused: nothing was seen
    for _ in range(50):
        rows = sorted(db.rows("SELECT actor_id, scope, scope_id, relation FROM access_record"))
        if len(rows) >= 2:
            break
        time.sleep(0.05)
    assert rows == sorted([[school.teacher.id, "learner", school.student.id, "teaches"], [school.teacher.id, "class", school.classes["c1"], "teaches"]])


def test_student_and_family_see_who_viewed_the_record(clients, school, db):
    """By name, role and part in words; views of the class while the student was in it too; nobody else's record."""
    learner, others = school.student.id, school.student2.id
    routes = [r for r in ROUTES.values() if r["records_access"]]
    assert len(routes) > 30
    [[district]] = db.rows("SELECT MIN(district_id) FROM district WHERE district_id > 0")
    base = 1000 * 4194304
    rows = [(base + i, school.teacher.id, "class" if ":class" in r["path"] and ":learner" not in r["path"] else "learner", r["path"]) for i, r in enumerate(routes)]
    # the class of the student, and a class and a student that are not theirs
    rows += [(base + 900, school.teacher2.id, "other", "/student/:learner"), (base + 901, school.counselor.id, "school", "/counselor")]
    for access, actor, scope, path in rows:
        about = {"class": school.classes["c1"], "learner": learner, "other": others, "school": db.rows(f"SELECT org_id FROM class WHERE class_id = {school.classes['c1']}")[0][0]}[scope]
        relation = "counsels" if scope == "school" else "teaches"
        db.execute(f"INSERT INTO access_record (district_id, access_id, actor_id, scope, scope_id, route, relation) VALUES ({district}, {access}, {actor}, '{scope.replace('other', 'learner')}', {about}, '{path}', '{relation}')")
    for role in ("student", "guardian"):
        client = clients(role, session=True)
        page = client.get(f"/views/{learner}").text
        assert "Another part" not in page and "Another role" not in page, "each route has its words"
        for words in ("Teacher", "Counselor", "A list of the school", "The class page", "The letter to the family", "Thornquist"):
            assert words in page, words
        assert "end of the list" not in page, "a list of one page needs no end"
        assert "Vetchling" not in page and "teaches" not in page.split("<main")[1]
        assert f'href="/views/{learner}"' in client.get("/map" if role == "student" else "/children").text
        assert client.get(f"/views/{others}").status == 403
    # a page is 50 records; the rest is a link away
    seen, before = [], ""
    api = clients("guardian")
    while before is not None:
        got = api.get(f"/api/v1/learners/{learner}/access" + (f"?before={before}" if before else "")).json
        seen += [v["access_id"] for v in got["views"]]
        before = got["older_than"]
        for i in range(60 if len(seen) == len(got["views"]) else 0):
            db.execute(f"INSERT INTO access_record (district_id, access_id, actor_id, scope, scope_id, route, relation) VALUES ({district}, {base - 100 + i}, {school.teacher.id}, 'learner', {learner}, '/report/:learner', 'teaches')")
        if len(seen) == len(got["views"]) and before is None:
            before = seen[-1]
    assert seen == sorted(seen, key=int, reverse=True) and len(seen) == len(set(seen)) and len(seen) >= len(rows) - 1 + 60
    student = clients("student", session=True)
    first = student.get(f"/views/{learner}").text
    assert "60 times" not in first and "end of the list" not in first
    older = re.search(rf'href="(/views/{learner}\?before=\d+)"', first)[1]
    while more := re.search(rf'href="(/views/{learner}\?before=\d+)"', student.get(older).text):
        older = more[1]
    assert "end of the list" in student.get(older).text


def test_a_form_needs_its_secret(clients, school, db):
    student = clients("student", session=True)
    ask = {"client_id": "csrf-test-0001", "kind": "explain"}
    assert student.post("/help", form=ask, csrf=False).status == 403
    assert student.post("/help", form=ask | {"csrf": "A" * 43}, csrf=False).status == 403
    assert student.post("/api/v1/me/help", ask, csrf=False).status == 403
    other = clients("classmate", session=True)
    assert student.post("/help", form=ask | {"csrf": other.csrf()}, csrf=False).status == 403
    assert db.rows("SELECT COUNT(*) FROM fact_help_asked") == [["0"]]
    assert student.post("/help", form=ask | {"csrf": student.csrf()}, csrf=False).status == 303


def test_the_cookie(clients, school):
    c = clients("student", session=True)
    assert "HttpOnly" in c.set_cookie and "SameSite=Lax" in c.set_cookie and "Path=/" in c.set_cookie and "Secure" not in c.set_cookie
    assert len(c.cookie) >= 43
    again = clients("student", session=True)
    assert again.cookie != c.cookie


def test_behind_a_proxy_with_tls_the_cookie_is_secure(serve, school):
    s = serve("--trusted-proxy", "127.0.0.1/32")
    c = Client(s.port)
    r = c.post("/sign-in", form={"username": school.student.username, "password": PASSWORD}, headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3"})
    assert r.status == 303 and "Secure" in c.set_cookie
    c.close()


def test_signing_out_ends_the_session(clients, school):
    c = clients("student", session=True)
    cookie = c.cookie
    assert c.get("/today").status == 200
    assert c.post("/sign-out", form={}).status == 303
    assert c.cookie is None
    c.cookie = cookie
    r = c.get("/today")
    assert r.status == 303 and r.headers["Location"] == "/sign-in"
    assert c.get("/api/v1/me").status == 401


def test_a_new_password_ends_the_other_sessions(clients, school):
    here, there = clients("student", session=True), clients("student", session=True)
    assert here.post("/account/password", form={"old": PASSWORD, "new": "a fresh password"}).status == 303
    assert here.get("/today").status == 200
    assert there.get("/today").status == 303
    assert clients().sign_in(school.student.username, PASSWORD).status == 403
    assert clients().sign_in(school.student.username, "a fresh password").status == 303


def test_wrong_passwords_are_slowed_down(clients, school, db):
    c = clients()
    for _ in range(5):
        r = c.sign_in(school.student.username, "wrong password")
        assert r.status == 403 and c.cookie is None
    [[until]] = db.rows("SELECT until_ms FROM sign_in_failure")
    assert int(until) > time.time() * 1000 - 120_000, "a pause begins with the fifth"
    db.execute("UPDATE sign_in_failure SET until_ms = until_ms + 3600000")  # longer than the machine can be busy
    r = c.sign_in(school.student.username, "wrong password")
    assert r.status == 429, r
    right = c.sign_in(school.student.username, PASSWORD)
    assert right.status == 429 and c.cookie is None  # also with the right one, so that nothing is learnt
    assert clients().sign_in(school.teacher.username, PASSWORD).status == 303  # others are not held up
    db.execute("UPDATE sign_in_failure SET until_ms = 1")  # the pause is over
    assert c.sign_in(school.student.username, PASSWORD).status == 303
    again = clients()
    assert again.sign_in(school.student.username, "wrong password").status == 403  # counted from the beginning


def test_a_guess_says_nothing_about_the_account(clients, school):
    c = clients()
    known, unknown = c.sign_in(school.student.username, "wrong password"), c.sign_in("nobody.at.all", "wrong password")
    assert (known.status, known.text.replace(school.student.username, "X")) == (unknown.status, unknown.text.replace("nobody.at.all", "X"))
    for name, password in (("", ""), ("x", ""), ("a" * 5000, "b"), ("'; DROP TABLE session; --", "x" * 8), ("x\u0000y", "z" * 8), (school.student.username, "x" * 10000)):
        assert c.sign_in(name, password).status in (400, 403, 413), name[:20]
    assert c.sign_in(school.student.username, PASSWORD).status == 303


def soon(holds):
    """What another process writes about people is heeded within seconds, since who someone is is remembered for five; on a busy machine a little later."""
    eventually(holds)


def test_a_person_who_is_closed_or_disabled_gets_no_further(db, serve, school):
    s = serve()
    c = Client(s.port)
    assert c.sign_in(school.student.username, PASSWORD).status == 303
    with contextlib.closing(Client(s.port, school.classmate.token)) as token:
        assert token.get("/api/v1/me").status == 200
        db.execute(f"UPDATE user_account SET enabled = 0 WHERE user_id = {school.student.id}; UPDATE user_account SET status = 'closed' WHERE user_id = {school.classmate.id}")
        soon(lambda: c.get("/today").status == 303 and token.get("/api/v1/me").status == 401)
    c.cookie = None
    assert c.sign_in(school.student.username, PASSWORD).status == 403
    c.close()


def test_sessions_and_tokens_end(db, serve, school):
    s = serve()
    c, token = Client(s.port), Client(s.port, school.teacher.token)
    assert c.sign_in(school.student.username, PASSWORD).status == 303 and token.get("/api/v1/me").status == 200
    db.execute("UPDATE session SET expires_at_ms = 1; UPDATE api_token SET expires_at_ms = 1")
    soon(lambda: c.get("/today").status == 303 and token.get("/api/v1/me").status == 401)
    c.close()
    token.close()


def test_secrets_are_kept_as_hashes(clients, school, db):
    cookie = clients("student", session=True).cookie
    [[stored]] = db.rows(f"SELECT password_hash FROM user_account WHERE user_id = {school.student.id}")
    assert stored.startswith("$argon2id$v=19$m=") and int(re.search(r"m=(\d+)", stored)[1]) >= 19456
    hashes = [r[0] for r in db.rows("SELECT token_hash FROM session UNION SELECT token_hash FROM api_token")]
    assert hashes and all(re.fullmatch("[0-9a-f]{64}", h) for h in hashes)
    secrets = [cookie, school.student.token, school.teacher.token, PASSWORD]
    if db.kind == "sqlite":
        for path in db.folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert not any(s.encode() in data for s in secrets), f"{path} holds a secret"
    else:
        dump = "".join("".join(r) for t in ("session", "api_token", "user_account", "sign_in_failure") for r in db.rows(f"SELECT * FROM {t}"))
        assert not any(s in dump for s in secrets)


def test_the_log_holds_no_names_and_no_secrets(clients, server, school):
    c = clients("student", session=True)
    clients().sign_in(school.student.username, "wrong password")
    item = c.next()
    c.answer(item, "3/(4")
    c.get("/nothing/here")
    for word in (school.student.given, school.student.family, PASSWORD, "wrong password", c.cookie, "3/(4", school.student.username):
        assert word not in server.log


@pytest.mark.only("sqlite")
def test_files_are_for_their_owner_alone(db, server, clients, school):
    item = clients("student").next()
    clients("student").answer(item, school.right(item["item_id"]))
    found = [p for p in db.folder.rglob("*")]
    assert any(p.name.endswith("-wal") for p in found)
    # Copies keep the modes of what the program made.
    for path in found:
        assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0, f"{path}: {oct(os.stat(path).st_mode)}"


def test_pages_carry_their_guards(clients):
    for path in ("/sign-in", "/style"):
        h = clients().get(path).headers
        csp = h["Content-Security-Policy"]
        assert "default-src 'self'" in csp and "frame-ancestors 'none'" in csp and "unsafe" not in csp and "http:" not in csp
        assert h["X-Content-Type-Options"] == "nosniff" and h["Referrer-Policy"] and h["X-Frame-Options"] == "DENY"
        assert "no-store" in h["Cache-Control"]


def test_sign_in_goes_only_to_our_own_pages(clients, school):
    for there in ("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "/today\r\nX: y"):
        c = clients()
        r = c.post("/sign-in", form={"username": school.student.username, "password": PASSWORD, "next": there})
        assert r.status == 303 and r.headers["Location"] == "/", there
        assert "X" not in r.headers
    c = clients()
    assert c.post("/sign-in", form={"username": school.student.username, "password": PASSWORD, "next": "/map"}).headers["Location"] == "/map"
