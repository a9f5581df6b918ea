"""The rule that secure means it lasts, over days at the server: what a student shows, what is said of it, and that it is what the facts say."""
import datetime
import html
import json
import re

import pytest

from client import Client
from harness import waymark
from lasting import facts_of, replay

LEVELS = ["not_yet", "started", "nearly", "secure"]


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page)))


class Days:
    """A student at work under the rule, a server for each day; the first day is a Tuesday to come."""

    RULE = {"rule": "lasting", "secure_at": 0.8, "nearly_at": 0.55, "after_hint": "not_alone", "gap_days": 5}

    def __init__(self, db, school, serve, tmp_path):
        self.db, self.school, self.serve = db, school, serve
        today = datetime.datetime.now(datetime.timezone.utc).replace(hour=15, minute=0, second=0, microsecond=0)
        self.begin = today + datetime.timedelta(days=2 + (1 - today.weekday() - 2) % 7)
        assert self.begin.weekday() == 1
        doc = tmp_path / "lasting.json"
        doc.write_text(json.dumps({"mastery": self.RULE}))
        waymark("--now", stamp(self.begin - datetime.timedelta(hours=3)), "policy", "set", doc, "--db", db.url, "--reason", "secure means that it lasts", "--effective", "now")
        self.item, self.variant = school.items["pa1a"]["id"], 0
        self.me = school.student.id
        [[self.skill]] = db.rows(f"SELECT competency_id FROM item_competency WHERE item_id = {self.item}")
        self.server = None

    def date(self, day):
        return self.begin.date() + datetime.timedelta(days=day)

    def go_to(self, day):
        if self.server:
            for c in self.clients.values():
                c.close()
            self.server.stop()
        self.now = self.begin + datetime.timedelta(days=day)
        self.server, self.clients = self.serve("--now", stamp(self.now)), {}

    def client(self, key):
        if key not in self.clients:
            user, self.clients[key] = self.school.users[key], Client(self.server.port)
            assert self.clients[key].sign_in(user.username, user.password).status == 303
        return self.clients[key]

    def answer(self, right):
        """One answer to a question of the skill; the level after it."""
        self.variant += 1
        response = (self.school.right if right else self.school.wrong)(self.item)
        r = self.client("student").answer({"item_id": self.item, "variant": self.variant}, response, answered_at_ms=int(self.now.timestamp() * 1000))
        assert r.status == 200 and r.json["score"] == right, r
        return self.why()["level"]

    def why(self, key="student"):
        return self.client(key).get(f"/api/v1/learners/{self.me}/mastery/{self.skill}/why").json

    def missing(self):
        return self.why()["missing"]["also"]

    def page(self, key="student"):
        address = {"student": f"/why?c={self.skill}", "guardian": f"/why/{self.me}?c={self.skill}", "teacher": f"/class/{self.school.classes['c1']}/cell?learner={self.me}&competency={self.skill}&page=1"}
        return text(self.client(key).get(address[key]).text)

    def end(self):
        """What is stored is what the facts say, and is made again from them."""
        why = self.why()
        again = replay(why["rule"], facts_of([why], self.school))[self.skill]
        assert LEVELS[again.level()] == why["level"] and abs(again.lasts / 10000 - why["rule"]["value"]) < 1.5e-4
        now = stamp(self.now + datetime.timedelta(hours=1))
        self.server.stop()
        assert waymark("--now", now, "check", "--db", self.db.url, "--json").json["ok"]
        digest = waymark("--now", now, "check", "--db", self.db.url, "--digest").out
        self.db.execute("UPDATE mastery SET level = 0")
        self.db.execute(f"DELETE FROM learner_state WHERE learner_id = {self.me}")
        waymark("--now", now, "rebuild", "--db", self.db.url)
        assert waymark("--now", now, "check", "--db", self.db.url, "--digest").out == digest


@pytest.fixture
def days(db, school, serve, tmp_path):
    return Days(db, school, serve, tmp_path)


def test_secure_is_shown_over_days_and_a_review_decides(days):
    days.go_to(0)
    assert days.why()["level"] == "not_yet"
    assert days.answer(True) == "nearly", "has it today"
    assert days.answer(True) == "nearly"
    before = days.missing()
    assert days.answer(True) == "nearly" and days.missing() == before and "days" in before, "the third of a day is practice"
    days.go_to(1)
    assert days.answer(True) == "nearly" and days.answer(True) == "nearly"
    days.go_to(2)
    assert days.answer(True) == "nearly" and days.answer(True) == "nearly", "the second showing is too soon"
    assert days.missing() == ["days"]
    days.go_to(7)
    assert days.answer(True) == "secure" and days.missing() == []
    days.go_to(14)
    assert days.answer(False) == "secure", "one wrong review is a doubt"
    assert days.answer(True) == "secure"
    days.go_to(21)
    assert days.answer(False) == "secure" and days.answer(False) == "nearly" and "days" in days.missing()
    days.end()


def test_the_page_says_on_how_many_days_and_from_when(days):
    days.go_to(0)
    days.answer(True)
    why = days.why()
    assert why["missing"] == {"right_answers": 0, "also": ["value", "days"]}
    for key in ("student", "guardian", "teacher"):
        assert "nearly" in days.page(key) and "Show it at the first try on 2 more later days. The next can be from tomorrow." in days.page(key), key
        assert "Shown on later days 0 (needs 2)" in days.page(key), key
    days.go_to(1)
    days.answer(True)
    assert days.missing() == ["value", "days"]
    for key in ("student", "guardian", "teacher"):
        assert "Show it at the first try on 1 more later day. The next can be from Tuesday." in days.page(key), key
    for day in (2, 3):  # sure enough, and too soon
        days.go_to(day)
        days.answer(True), days.answer(True)
    assert days.missing() == ["days"] and "1 more later day" in days.page() and "needed to be sure" not in days.page()
    days.go_to(7)
    assert days.answer(True) == "secure" and days.why()["missing"] == {"right_answers": 0, "also": []}
    assert "secure" in days.page() and "later day." not in days.page()
    days.end()
