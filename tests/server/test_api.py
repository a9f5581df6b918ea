"""The JSON API, over HTTP. Every reply is held against openapi.json by the client itself."""
import json
import re
import uuid

from client import Stream
from harness import raw
from school import NOBODY

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


def test_every_operation_answers_as_described(clients, school):
    student, teacher = clients("student"), clients("teacher")
    document = clients().get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.")
    item = student.next()
    assert student.answer(item, school.right(item["item_id"])).status == 200
    competency = item["competency_ids"][0]
    assert clients("district", session=True).post("/requirements", form={"title": "Service", "for": "graduation", "by_grade": "12", "kind": "hours", "need": "20", "reason": "as agreed"}).status == 303
    need, course = teacher.get(f"/api/v1/learners/{school.student.id}/standing").json["requirements"][0]["id"], student.get(f"/api/v1/learners/{school.student.id}/grades").json["courses"][0]["course_id"]
    calls = {
        "/api/v1/learners/{learner}/grades/{course}/why": (teacher, None), "/api/v1/learners/{learner}/pace/why": (teacher, None, f"?need={need}"), "/api/v1/learners/{learner}/next/why": (teacher, None),
        "/healthz": (student, None), "/readyz": (student, None), "/api/v1/openapi.json": (student, None), "/api/v1/me": (student, None), "/api/v1/me/next": (student, None),
        "/api/v1/me/answers": (student, {"client_id": str(uuid.uuid4()), "item_id": item["item_id"], "variant": item["variant"], "response": school.wrong(item["item_id"])}),
        "/api/v1/me/help": (student, {"client_id": str(uuid.uuid4()), "kind": "explain"}),
        "/api/v1/learners/{learner}/mastery": (teacher, None), "/api/v1/learners/{learner}/grades": (teacher, None), "/api/v1/learners/{learner}/mastery/{competency}/why": (teacher, None),
        "/api/v1/classes/{class}/mastery": (teacher, None), "/api/v1/classes/{class}/queue": (teacher, None), "/api/v1/classes/{class}/live": None,
        "/metrics": (student, None), "/api/v1/learners/{learner}/standing": (teacher, None), "/api/v1/learners/{learner}/access": (student, None),
        "/api/v1/learners/{learner}/looks": (student, {"client_id": str(uuid.uuid4()), "competency_id": competency, "note": "look again"}),
        "/api/v1/classes/{class}/observations": (teacher, {"client_id": str(uuid.uuid4()), "competency_id": competency, "learner_ids": [school.student.id], "level": "nearly"}),
    }
    for template, operations in document["paths"].items():
        assert template in calls, f"no test calls {template}"
        for method in operations:
            if calls[template] is None:
                continue  # test_live_*
            who, body, *query = calls[template]
            path = template.format(**{"learner": school.student.id, "class": school.classes["c1"], "competency": competency, "course": course}) + "".join(query)
            r = who.request(method.upper(), path, body=body)
            assert r.status == 200, (path, r)


def test_the_paths_of_the_contract_are_there(clients):
    paths = clients().get("/api/v1/openapi.json").json["paths"]
    for path in ("/healthz", "/readyz", "/metrics", "/api/v1/me", "/api/v1/me/next", "/api/v1/me/answers", "/api/v1/me/help", "/api/v1/learners/{learner}/mastery",
                 "/api/v1/learners/{learner}/mastery/{competency}/why", "/api/v1/classes/{class}/mastery", "/api/v1/classes/{class}/queue", "/api/v1/classes/{class}/live"):
        assert path in paths
    named = {p["name"] for p in paths["/api/v1/learners/{learner}/mastery"]["get"]["parameters"]}
    assert "learner" in named and "as_of" in named
    assert "competency" in {p["name"] for p in paths["/api/v1/me/next"]["get"]["parameters"]}


def test_me(clients, school):
    me = clients("student").get("/api/v1/me").json
    assert me["user_id"] == school.student.id and me["roles"] == ["student"]
    assert [(c["id"], c["title"]) for c in me["classes"]] == [(school.classes["c1"], "Algebra 8 Blue")]
    assert clients("teacher").get("/api/v1/me").json["roles"] == ["teacher"]
    assert clients("district").get("/api/v1/me").json["classes"] == []


def test_next_is_the_same_until_answered(clients, school):
    student = clients("student")
    first = student.next()
    assert first["item_id"] and first["reason"]["code"] and first["reason"]["text"]
    assert student.next() == first
    assert clients("student", session=True).next() == first
    reply = student.answer(first, school.right(first["item_id"]))
    assert reply.status == 200
    after = student.next()
    assert (after["item_id"], after["variant"]) != (first["item_id"], first["variant"])
    assert reply.json["next"]["item_id"] == after["item_id"] and reply.json["next"]["variant"] == after["variant"]


def test_next_shows_no_key(clients, school):
    student = clients("student")
    for _ in range(8):
        n = student.next()
        assert "key" not in n and "values" not in json.dumps(n)
        assert n["attribution"] and n["licence"]
        student.answer(n, school.right(n["item_id"]))


def test_next_of_a_competency(clients, school):
    student = clients("student")
    for uri, competency in school.competencies.items():
        if not uri.startswith("urn:oatutor"):
            continue
        n = student.next(competency=competency)
        assert n["item_id"] and competency in n["competency_ids"], n
    other = next(c for uri, c in school.competencies.items() if not uri.startswith("urn:oatutor"))
    assert student.next(competency=other)["item_id"] is None
    assert student.next(competency=NOBODY)["item_id"] is None
    assert student.get("/api/v1/me/next", competency="abc").status == 400


def test_right_and_wrong_answers_move_mastery(clients, school):
    student = clients("student")
    item = student.next()
    competency = item["competency_ids"][0]
    right = student.answer(item, school.right(item["item_id"])).json
    assert right["readable"] and right["score"] == 1 and right["evidence_id"]
    up = next(m for m in right["mastery"] if m["competency_id"] == competency)["p_known"]
    again = student.next(competency=competency)
    wrong = student.answer(again, school.wrong(again["item_id"])).json
    assert wrong["readable"] and wrong["score"] == 0 and "feedback" in wrong
    down = next(m for m in wrong["mastery"] if m["competency_id"] == competency)
    assert down["p_known"] < up and down["evidence_count"] == 2
    shown = student.get(f"/api/v1/learners/{school.student.id}/mastery").json
    assert next(c for c in shown["competencies"] if c["competency_id"] == competency)["p_known"] == down["p_known"]


def test_every_item_of_the_fixture_scores_its_key_right(clients, school):
    student, student2 = clients("student"), clients("student2")
    for source, item in school.items.items():
        who = student if item["course"] == "co1" else student2
        for response, score in ((school.right(item["id"]), 1), (school.wrong(item["id"]), 0)):
            r = who.answer({"item_id": item["id"], "variant": 0}, response)
            assert r.status == 200 and r.json["readable"] and r.json["score"] == score, (source, response, r)


def test_an_unreadable_answer_costs_nothing(clients, school, db):
    student = clients("student")
    item = {"item_id": school.items["pa1a"]["id"], "variant": 0}
    before = student.get(f"/api/v1/learners/{school.student.id}/mastery").json["competencies"]
    same = student.next()
    r = student.answer(item, "3/(4", client_id="unreadable-0001").json
    assert r["evidence_id"] is None and r["readable"] is False and r["score"] is None and r["feedback"]
    assert student.get(f"/api/v1/learners/{school.student.id}/mastery").json["competencies"] == before
    assert student.next() == same
    assert db.rows("SELECT COUNT(*) FROM evidence") == [["0"]]
    assert db.rows("SELECT client_id, response FROM unread_response") == [["unreadable-0001", '"3/(4"']]
    # The same again is harmless, and is kept once.
    assert student.answer(item, "3/(4", client_id="unreadable-0001").json["evidence_id"] is None
    assert db.rows("SELECT COUNT(*) FROM unread_response") == [["1"]]
    good = student.answer(item, "3/4").json
    assert good["score"] == 1
    why = student.get(f"/api/v1/learners/{school.student.id}/mastery/{school.competencies['urn:oatutor:skill:simplify_fractions']}/why").json
    assert [s["attempt"] for s in why["steps"]] == [1]


def test_the_same_client_id_again(clients, school, db):
    student = clients("student")
    item = student.next()
    right, wrong = school.right(item["item_id"]), school.wrong(item["item_id"])
    first = student.answer(item, right, client_id="tablet-7-0001")
    assert first.status == 200
    student.answer(student.next(), school.right(student.next()["item_id"]))
    again = student.answer(item, right, client_id="tablet-7-0001")
    assert again.status == 200 and again.json["evidence_id"] == first.json["evidence_id"] and again.json["score"] == 1
    other = student.answer(item, wrong, client_id="tablet-7-0001")
    assert other.status == 409 and other.code == "answer.client_id_reused"
    hints = student.answer(item, right, client_id="tablet-7-0001", hints=2)
    assert hints.status == 409
    assert db.rows(f"SELECT COUNT(*) FROM evidence WHERE learner_id = {school.student.id}") == [["2"]]
    # Unique per learner: another student's same id is another answer.
    mate = clients("classmate")
    n = mate.next()
    assert mate.answer(n, school.right(n["item_id"]), client_id="tablet-7-0001").json["evidence_id"] != first.json["evidence_id"]


def test_an_item_of_another_course_is_refused(clients, school, db):
    r = clients("student").answer({"item_id": school.items["m-3-0"]["id"], "variant": 0}, "26.3")
    assert r.status == 403 and r.code == "answer.not_yours"
    r = clients("student").answer({"item_id": NOBODY, "variant": 0}, "26.3")
    assert r.status == 403
    assert db.rows("SELECT COUNT(*) FROM evidence") == [["0"]]


def test_a_retired_item_is_refused(db, serve, school):
    from client import Stream,  Client
    db.execute(f"UPDATE item SET status = 'closed' WHERE item_id = {school.items['pa1a']['id']}")
    c = Client(serve().port, school.student.token)
    r = c.answer({"item_id": school.items["pa1a"]["id"], "variant": 0}, "3/4")
    assert r.status == 403 and r.code == "answer.not_yours"


def test_mastery_as_of_and_why(clients, school):
    student = clients("student")
    item = student.next()
    student.answer(item, school.right(item["item_id"]))
    competency = item["competency_ids"][0]
    path = f"/api/v1/learners/{school.student.id}/mastery"
    now = student.get(path).json
    assert MOMENT.match(now["as_of"]) and now["policy_version"]
    assert any(c["evidence_count"] for c in now["competencies"])
    past = student.get(path, as_of="2026-01-01").json
    assert not any(c["evidence_count"] for c in past["competencies"])
    assert student.get(path, as_of="yesterday").status == 400
    why = student.get(f"{path}/{competency}/why").json
    assert len(why["steps"]) == 1 and why["steps"][0]["counted"] and why["steps"][0]["after"] == why["p_known"] and why["steps"][0]["before"] == why["prior"]
    assert MOMENT.match(why["steps"][0]["at"])
    assert student.get(f"{path}/{NOBODY}/why").status == 404
    assert student.get(f"{path}/notanid/why").status == 404


def test_paging(clients, school):
    teacher = clients("teacher")
    whole = teacher.get(f"/api/v1/classes/{school.classes['c1']}/mastery").json
    names = [l["name"] for l in whole["learners"]]
    assert len(names) == 8 and names == sorted(names, key=lambda n: n.split()[-1])
    got, after = [], None
    for _ in range(10):
        page = teacher.get(f"/api/v1/classes/{school.classes['c1']}/mastery", limit=3, **({"after": after} if after else {})).json
        got += [l["learner_id"] for l in page["learners"]]
        after = page["after"]
        if not after:
            break
        assert len(page["learners"]) == 3
    assert got == [l["learner_id"] for l in whole["learners"]]
    student = clients("student")
    for uri in school.competencies.values():
        n = student.next(competency=uri)
        if n["item_id"]:
            student.answer(n, school.right(n["item_id"]))
    path = f"/api/v1/learners/{school.student.id}/mastery"
    whole = [c["competency_id"] for c in student.get(path).json["competencies"]]
    one = student.get(path, limit=1).json
    assert [c["competency_id"] for c in one["competencies"]] == whole[:1]
    assert [c["competency_id"] for c in student.get(path, limit=100, after=one["after"]).json["competencies"]] == whole[1:]
    for bad in ("0", "-1", "1001", "x", "9" * 30):
        assert student.get(path, limit=bad).status == 400, bad
    assert student.get(path, after="x").status == 400


def test_class_mastery_and_queue(clients, school):
    student, teacher = clients("student"), clients("teacher")
    item = student.next()
    student.answer(item, school.right(item["item_id"]))
    grid = teacher.get(f"/api/v1/classes/{school.classes['c1']}/mastery").json
    row = next(l for l in grid["learners"] if l["learner_id"] == school.student.id)
    assert [m["competency_id"] for m in row["mastery"] if m["evidence_count"]] == item["competency_ids"]
    assert {c["competency_id"] for c in grid["competencies"]} >= set(item["competency_ids"])
    help_ = student.post("/api/v1/me/help", {"client_id": "help-me-0001", "kind": "explain", "note": "which way round?"})
    assert help_.status == 200 and help_.json["place"] == 1
    queue = teacher.get(f"/api/v1/classes/{school.classes['c1']}/queue").json
    entry = queue["entries"][0]
    assert entry["learner_id"] == school.student.id and entry["help_id"] == help_.json["help_id"] and entry["reason"]["text"] and entry["action"]


def test_help(clients, school, db):
    student, mate = clients("student"), clients("classmate")
    ask = {"client_id": "help-me-0001", "kind": "explain", "note": "why?", "item_id": school.items["pa1a"]["id"]}
    first = student.post("/api/v1/me/help", ask).json
    assert student.post("/api/v1/me/help", ask).json["help_id"] == first["help_id"]
    assert db.rows("SELECT COUNT(*) FROM fact_help_asked") == [["1"]]
    assert student.post("/api/v1/me/help", ask | {"kind": "talk"}).status == 409
    assert mate.post("/api/v1/me/help", {"client_id": "help-me-0001", "kind": "check"}).json["place"] == 2
    for bad in ({"client_id": "short", "kind": "check"}, {"client_id": "long-enough-1"}, {"client_id": "long-enough-1", "kind": "Not A Word"}, {"client_id": "long-enough-1", "kind": "check", "note": "x" * 2001},
                {"client_id": "long-enough-1", "kind": "check", "item_id": "abc"}, {"client_id": "long-enough-1", "kind": "check", "item_id": NOBODY}, [], "text", None, 7):
        r = student.post("/api/v1/me/help", bad if bad is not None else b"null", content_type="application/json")
        assert r.status in (400, 403, 404) and r.code, (bad, r)


def test_bad_answers(clients, school, db):
    student = clients("student")
    item = student.next()
    good = {"client_id": "bad-answer-0001", "item_id": item["item_id"], "variant": item["variant"], "response": "1"}
    bad = [
        {**good, "client_id": "seven77"}, {**good, "client_id": "x" * 65}, {**good, "client_id": "with space in it"}, {**good, "client_id": "ünïcödé-id"}, {**good, "client_id": 12345678},
        {k: v for k, v in good.items() if k != "client_id"}, {k: v for k, v in good.items() if k != "item_id"}, {k: v for k, v in good.items() if k != "variant"}, {k: v for k, v in good.items() if k != "response"},
        {**good, "item_id": int(item["item_id"])}, {**good, "item_id": "0x10"}, {**good, "item_id": "-1"}, {**good, "item_id": "9" * 40}, {**good, "variant": "0"}, {**good, "variant": -1}, {**good, "variant": 1.5},
        {**good, "variant": 2**62}, {**good, "hints": -1}, {**good, "hints": "two"}, {**good, "took_ms": -5}, {**good, "took_ms": 10**12}, {**good, "answered_at_ms": -1}, {**good, "answered_at_ms": 1e400},
        [], [good], "text", 7,
    ]
    for body in bad:
        r = student.post("/api/v1/me/answers", json.dumps(body).encode(), content_type="application/json")
        assert r.status == 400 and r.code and r.json["detail"], (body, r)
    choice = {"item_id": school.items["pa1b"]["id"], "variant": 0}
    for response in ({}, 7, None, True, {"a": 1}, [1, 2], ["nosuch"], ["a", "b"], [["a"]]):
        r = student.answer(choice, response)
        assert r.status == 400 or (r.status == 200 and not r.json["readable"]) or (r.status == 200 and r.json["score"] == 0), (response, r)
    for garbage in (b"", b"{", b"\xff\xfe", b'{"a":1}x', b"[" * 3000, b'{"client_id":"\\u0000aaaaaaaa"}', b"\0" * 20):
        r = student.post("/api/v1/me/answers", garbage, content_type="application/json")
        assert r.status == 400 and r.code, (garbage[:20], r)
    assert db.rows("SELECT COUNT(*) FROM evidence") in ([["0"]], [["1"]], [["2"]])
    assert db.rows(f"SELECT COUNT(*) FROM evidence WHERE item_id <> {choice['item_id']}") == [["0"]]


def test_unknown_fields_are_let_be(clients, school):
    """A newer browser may send more than this server knows; what it knows counts."""
    student = clients("student")
    item = student.next()
    r = student.answer(item, school.right(item["item_id"]), confidence=0.5, **{"nested": {"a": [1, 2]}})
    assert r.status == 200 and r.json["score"] == 1


def test_a_body_of_another_content_type(clients, school):
    student = clients("student")
    item = student.next()
    body = json.dumps({"client_id": "other-type-0001", "item_id": item["item_id"], "variant": item["variant"], "response": school.right(item["item_id"])}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        r = student.post("/api/v1/me/answers", body, content_type=kind)
        assert r.status in (400, 415) and r.code, (kind, r)
    assert student.post("/api/v1/me/answers", body, content_type="application/json; charset=utf-8").status == 200


def test_too_large_a_body(clients, server, school):
    student = clients("student")
    r = student.post("/api/v1/me/answers", b'{"a":"' + b"x" * 20000 + b'"}', content_type="application/json")
    assert r.status == 413 and r.code == "http.too_large"
    chunked = (f"POST /api/v1/me/answers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {school.student.token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
               + (b"2000\r\n" + b"x" * 0x2000 + b"\r\n") * 4 + b"0\r\n\r\n")
    assert raw(server.port, chunked, 3).startswith(b"HTTP/1.1 413")
    assert student.get("/api/v1/me").status == 200


def test_problems_are_documents(clients, server):
    nobody = clients()
    r = nobody.get("/api/v1/me")
    assert r.status == 401 and r.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "code", "detail"} <= set(r.json)
    assert nobody.get("/api/v1/nothing/here").status == 404
    assert clients("student").request("DELETE", "/api/v1/me").status in (404, 405)
    assert clients("student").post("/api/v1/me", {}).status in (404, 405)
    bad = clients()
    bad.token = "A" * 43
    assert bad.get("/api/v1/me").status == 401
    bad.token = "x" * 3000
    assert bad.get("/api/v1/me").status == 401
    bad.token = "' OR 1=1 --"
    assert bad.get("/api/v1/me").status == 401


def test_nobody_reaches_anything(clients, school):
    nobody = clients()
    for method, path in (("GET", "/api/v1/me"), ("GET", "/api/v1/me/next"), ("POST", "/api/v1/me/answers"), ("POST", "/api/v1/me/help"), ("GET", f"/api/v1/learners/{school.student.id}/mastery"),
                         ("GET", f"/api/v1/classes/{school.classes['c1']}/mastery"), ("GET", f"/api/v1/classes/{school.classes['c1']}/live")):
        assert nobody.request(method, path, body={} if method == "POST" else None).status == 401, path


def test_live_events_and_resume(clients, server, school):
    student = clients("student")
    path = f"/api/v1/classes/{school.classes['c1']}/live"
    live = Stream(server.port, path, school.teacher.token)
    assert live.status == 200 and live.headers["content-type"].startswith("text/event-stream")
    live.joined()
    answered = []
    for _ in range(3):
        item = student.next()
        answered.append(student.answer(item, school.right(item["item_id"])).json)
    first = live.event("cell")
    data = json.loads(first["data"])
    assert data["learner_id"] == school.student.id and data["competency_id"] and data["level"]
    assert data["level"] in ("not_yet", "started", "nearly", "secure")
    second = live.event("cell")
    assert int(second["id"]) > int(first["id"])
    live.close()
    again = Stream(server.port, path, school.teacher.token, last=first["id"])
    assert again.event("cell") == second  # nothing is missed between the two
    again.close()
    # Of before the server's start: read the page anew.
    old = Stream(server.port, path, school.teacher.token, last="99999999")
    assert old.event("reload")
    old.close()


def test_live_tells_nothing_of_another_class(clients, server, school):
    live = Stream(server.port, f"/api/v1/classes/{school.classes['c2']}/live", school.teacher2.token)
    live.joined()
    student, student2 = clients("student"), clients("student2")
    for who in (student, student2):
        item = who.next()
        who.answer(item, school.right(item["item_id"]))
    assert json.loads(live.event("cell")["data"])["learner_id"] == school.student2.id
    live.close()
    refused = Stream(server.port, f"/api/v1/classes/{school.classes['c1']}/live", school.teacher2.token)
    assert refused.status == 403
    refused.close()


def test_compression_gives_the_same(clients):
    c = clients()
    plain, zipped = c.get("/api/v1/openapi.json"), c.request("GET", "/api/v1/openapi.json", zipped=True)
    assert zipped.headers["Content-Encoding"] == "gzip" and zipped.body == plain.body


def test_metrics(clients):
    r = clients().get("/metrics")
    assert r.status == 200 and "waymark_" in r.text
