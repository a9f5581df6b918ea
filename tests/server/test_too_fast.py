"""Where a skill must be shown to last, an answer that cannot have been read is kept, counts for nothing and tells nothing."""
import json
import re

import pytest
from client import Client
from harness import waymark

FAST, SLOW = 150, 60000


@pytest.fixture
def lasting(db, school, tmp_path):
    doc = tmp_path / "lasting.json"
    doc.write_text(json.dumps({"mastery": {"rule": "lasting"}}))
    waymark("policy", "set", "--db", db.url, doc, "--reason", "secure means that it lasts", "--effective", "now")
    return school


def long_question(school):
    """A question of enough letters to take a moment, in the course of `student`."""
    letters = lambda item: len(re.sub(r"<[^>]*>|\s", "", item["doc"].get("body_html", "")))
    mine = [i for i in school.items.values() if i["course"] == "co1" and i["doc"]["interaction"]["type"] == "text_entry"]
    item = max(mine, key=letters)
    assert letters(item) > 20, "no question of this school takes a moment to read"
    return item


def answer(c, item, client_id, took_ms, response, variant=0):
    return c.post("/api/v1/me/answers", {"client_id": client_id, "item_id": item["id"], "variant": variant, "response": response, "took_ms": took_ms})


def test_it_counts_for_nothing_and_tells_nothing(db, lasting, server):
    item = long_question(lasting)
    right = lasting.right(item["id"])
    c = Client(server.port, lasting.student.token)
    for n, response in enumerate((right, "17/23")):
        r = answer(c, item, f"too-fast-{n}", FAST, response)
        assert r.status == 200 and r.json["too_fast"] and r.json["score"] is None, r.json
        assert r.json["mastery"] == [] and right not in r.json["feedback"]
    kept = db.rows("SELECT took_ms, floor_ms, score FROM evidence ORDER BY evidence_id")
    assert len(kept) == 2 and all(int(took) == FAST < int(floor) for took, floor, _ in kept), kept
    assert db.rows("SELECT COUNT(*) FROM mastery") == [["0"]]
    # the same question again counts only once it was seen; another variant, given time, counts
    again = answer(c, item, "in-time-1", SLOW, right, variant=1)
    assert not again.json["too_fast"] and again.json["score"] == 1 and again.json["mastery"], again.json
    # sent again it is what it was
    assert answer(c, item, "too-fast-0", FAST, right).json["score"] is None
    c.close()
    server.stop()
    assert waymark("check", "--db", db.url, "--json").json["ok"]
    digest = waymark("check", "--db", db.url, "--digest").out
    waymark("rebuild", "--db", db.url)
    assert waymark("check", "--db", db.url, "--digest").out == digest


def test_without_a_time_nothing_is_too_fast(db, lasting, server):
    item = long_question(lasting)
    c = Client(server.port, lasting.student.token)
    r = answer(c, item, "no-time-1", 0, lasting.right(item["id"]))
    assert not r.json["too_fast"] and r.json["score"] == 1
    c.close()


def test_under_the_other_rules_speed_is_no_matter(db, school, server):
    item = long_question(school)
    c = Client(server.port, school.student.token)
    r = answer(c, item, "other-rule-1", FAST, school.right(item["id"]))
    assert not r.json["too_fast"] and r.json["score"] == 1
    assert db.rows("SELECT floor_ms FROM evidence") == [["0"]]
    c.close()


def test_the_page_says_so_and_goes_on(lasting, clients):
    item, web = long_question(lasting), clients("student")
    form = {"client_id": "page-fast-1", "item_id": item["id"], "item_version": 1, "variant": 0, "response": lasting.right(item["id"]), "took_ms": FAST}
    page = web.post("/answer", form=form).text
    assert 'class="fb fb5"' in page and "data-next-link" in page and 'class="fb fb1"' not in page
