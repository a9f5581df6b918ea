"""A form that is sent after its session has ended, by a page without a script, is not lost, and is nobody else's."""
import html
import re

import pytest
from school import PASSWORD


class Browser:
    """A client with all its cookies, as a browser keeps them."""

    def __init__(self, client):
        self.client, self.cookies = client, {}

    def request(self, method, path, form=None):
        head = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept": "text/html"}
        r = self.client.request(method, path, form=form, headers=head, csrf=False)
        for line in r.headers.get_all("Set-Cookie") or []:
            assert "HttpOnly" in line and "SameSite=Lax" in line
            name, value = re.match(r"(\w+)=([^;]*)", line).groups()
            self.cookies[name] = value
            if "Max-Age=0" in line:
                del self.cookies[name]
        return r

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, form):
        return self.request("POST", path, form)

    def sign_in(self, username, **more):
        return self.post("/sign-in", {"username": username, "password": PASSWORD} | more)


def form(page, action):
    found = re.search(rf'<form [^>]*action="({action})".*?</form>', page, re.S)
    fields = re.findall(r'<input type="hidden" name="([^"]*)"(?: form="\w+")? value="([^"]*)"', found[0])
    return html.unescape(found[1]), {html.unescape(k): html.unescape(v) for k, v in fields}


@pytest.fixture
def browser(clients):
    return Browser(clients())


@pytest.fixture
def answer(browser, clients, school):
    """The form of a question, filled in, whose session has ended."""
    assert browser.sign_in(school.student.username).status == 303
    page = browser.get(html.unescape(re.search(r'href="(/item\?[^"]+)"', browser.get("/today").text)[1])).text
    fields = form(page, "/answer")[1]
    assert browser.post("/sign-out", {"csrf": fields["csrf"]}).status == 303
    return fields | {"response": "7", "more": "<1/2 & 3>"}


def answers(db):
    return db.rows("SELECT learner_id FROM evidence")


def test_the_same_person_signs_in_and_sends_it(browser, answer, school, db):
    asked = browser.post("/answer", answer)
    assert asked.status == 401 and "Sign in again to send what you entered" in asked.text and answers(db) == []
    carried = form(asked.text, "/sign-in")[1]
    assert carried["kept.more"] == answer["more"] and carried["kept_path"] == "/answer"
    wrong = browser.post("/sign-in", carried | {"username": school.student.username, "password": "not it"})
    assert wrong.status == 403 and form(wrong.text, "/sign-in")[1] == carried, "a slip of the password loses nothing"
    offered = browser.sign_in(school.student.username, **carried)
    assert offered.status == 200 and "What you entered is still here" in offered.text and answers(db) == [], "never sent by itself"
    action, fields = form(offered.text, "/answer")
    assert fields["response"] == "7" and fields["more"] == answer["more"] and fields["client_id"] == answer["client_id"] and fields["csrf"] != answer["csrf"]
    assert browser.post(action, fields).status in (200, 303)
    assert answers(db) == [[school.student.id]]


def test_another_person_is_shown_nothing(browser, answer, school, db):
    carried = form(browser.post("/answer", answer).text, "/sign-in")[1]
    other = browser.sign_in(school.classmate.username, **carried)
    assert other.status == 303 and other.headers["Location"] == "/" and "1/2" not in other.text
    refused = browser.post("/answer", answer)
    assert refused.status == 403 and "1/2" not in refused.text and answers(db) == [], "the secret of the dead session opens nothing"


def test_somebody_who_has_signed_in_again_elsewhere(browser, answer, school, db):
    assert browser.sign_in(school.student.username).status == 303
    offered = browser.post("/answer", answer)
    assert offered.status == 403 and "What you entered is still here" in offered.text and answers(db) == []
    action, fields = form(offered.text, "/answer")
    assert browser.post(action, fields).status in (200, 303) and answers(db) == [[school.student.id]]


def test_a_form_that_was_made_up_is_no_ones(browser, answer, school, clients, db):
    made_up = answer | {"csrf": "A" * 43}
    carried = form(browser.post("/answer", made_up).text, "/sign-in")[1]
    assert browser.sign_in(school.student.username, **carried).status == 303 and answers(db) == []
    stranger = Browser(clients())
    assert "kept_path" not in stranger.post("/answer", answer).text, "a browser in which nobody has signed in"
    carried = {f"kept.{k}": v for k, v in answer.items()} | {"kept_path": "/answer"}
    assert stranger.sign_in(school.student.username, **carried).status == 303, "and one that says so itself"
    for path in ("//evil.example/answer", "https://evil.example/", "/sign-out", "/account/password", "/api/v1/me/answers", "/today"):
        assert browser.sign_in(school.student.username, **carried | {"kept_path": path}).status == 303, path


def test_what_is_too_large_and_what_has_a_query(browser, answer, school):
    long = browser.post("/answer", answer | {"note": "x" * 15000})
    assert "kept_path" in long.text
    for i in range(5):  # the cookie stays small
        browser.sign_in(school.student.username)
    assert len(browser.cookies["waymark_forms"]) == 3 * 22 + 2
    assert "kept_path" not in browser.post("/account/password", {"old": "a", "new": "b", "csrf": "x"}).text
