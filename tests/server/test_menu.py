"""The main menu: every role sees at most five words, each leads to a page that opens and marks itself; and the weight of a
first visit, from the sign-in to the first page with all that they load."""
import re

import pytest

WORDS = {
    "student": ["Today", "Map", "My work"],
    "teacher": ["Now", "Classes", "Work", "Library"],
    "coach": ["School", "Learning", "Voices", "How we work"],
    "principal": ["School", "Learning", "Voices", "How we work"],
    "district": ["School", "Learning", "Voices", "How we work"],
    "counselor": ["People", "How we work"],
    "guardian": ["My children", "How we work"],
    "programs": ["People", "How we work"],
}
FIRST_VISIT = 60 * 1024


def links(page, label):
    """[(path, marked as, words)] of the navigation with this label."""
    nav = re.search(rf'<nav[^>]*aria-label="{label}"[^>]*>(.*?)</nav>', page, re.S)
    found = re.findall(r'<a href="([^"]*)"(?: aria-current="(\w+)")?>(.*?)</a>', nav[1] if nav else "", re.S)
    return [(path, mark, re.sub(r"<[^>]*>", "", words)) for path, mark, words in found]


@pytest.mark.parametrize("role", WORDS)
def test_the_words_of_a_role_lead_to_its_pages(role, clients):
    client = clients(role, session=True)
    home = client.get("/").headers["Location"]
    words = links(client.get(home).text, "Main menu")
    assert [w for _, _, w in words] == WORDS[role]
    assert words[0][0] == home
    seen = set()
    for path, _, word in words:
        reply = client.get(path)
        assert reply.status == 200, path
        assert [w for _, mark, w in links(reply.text, "Main menu") if mark] == [word], "the open word is marked, and only it"
        pages = links(reply.text, "In this section")
        assert len(pages) != 1
        assert not pages or pages[0][0] == path, "a word opens the first page of its group"
        for below, _, name in pages:
            assert below not in seen, f"{below} is under two words"
            seen.add(below)
            opened = client.get(below)
            assert opened.status == 200, below
            assert [(p, m, w) for p, m, w in links(opened.text, "In this section") if m] == [(below, "page", name)]
            assert [w for _, m, w in links(opened.text, "Main menu") if m] == [word]


@pytest.mark.parametrize("role", WORDS)
def test_a_page_that_is_not_there_has_the_menu(role, clients):
    reply = clients(role, session=True).get("/no-such-page")
    assert reply.status == 404
    assert [w for _, _, w in links(reply.text, "Main menu")] == WORDS[role]
    assert not [w for _, mark, w in links(reply.text, "Main menu") if mark]


def test_a_page_that_is_not_there_has_no_menu_for_nobody(clients):
    for client in (clients(), clients("student", session=True)):
        if client.cookie:
            client.cookie = "0" * len(client.cookie)  # of no session
        reply = client.get("/no-such-page")
        assert reply.status == 404 and not links(reply.text, "Main menu")


def test_no_page_has_the_name_of_its_word(clients):
    """A word with several pages names them all, and each page itself."""
    for role, words in WORDS.items():
        client = clients(role, session=True)
        for path, _, word in links(client.get(client.get("/").headers["Location"]).text, "Main menu"):
            names = [w for _, _, w in links(client.get(path).text, "In this section")]
            assert word not in names, f"{role}: {word} is also {path}"


def test_a_page_below_another_marks_the_word_above_it(clients, school):
    teacher = clients("teacher", session=True)
    page = teacher.get(f"/student/{school.student.id}").text
    assert [w for _, m, w in links(page, "Main menu") if m] == ["Classes"]
    assert not links(page, "In this section")
    report = teacher.get(f"/report/{school.student.id}").text
    assert [(m, w) for _, m, w in links(report, "Main menu") if m] == [("true", "Classes")], "of a student, not one's own"


@pytest.mark.parametrize("role", ["student", "teacher", "principal", "guardian"])
def test_a_first_visit_is_light(role, clients, school):
    weight, seen = 0, set()

    def load(client, path):
        nonlocal weight
        reply = client.request("GET", path, zipped=True)
        assert reply.status == 200
        weight += int(reply.headers["Content-Length"])
        for asset in re.findall(r"/assets/[\w.-]+", reply.text):
            if asset not in seen:
                seen.add(asset)
                weight += int(client.request("GET", asset, zipped=True).headers["Content-Length"])

    load(clients(), "/sign-in")
    client = clients(role, session=True)
    load(client, client.get("/").headers["Location"])
    assert len(seen) >= 4 and weight < FIRST_VISIT, f"{weight} bytes"
