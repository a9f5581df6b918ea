"""Tools for content: check, preview, score, new; the starter pack; and keyed answers of material by others."""
import json
import os
import pathlib
import re
import time
import zipfile

import pytest
from harness import FIXTURES, ROOT, Sqlite, waymark

STARTER = ROOT / "content" / "starter"
SHARED = pathlib.Path(os.environ.get("WAYMARK_SHARED", ROOT.parent / "shared")) / "data"


def shared(name):
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is absent: keyed answers of it are not tried")
    return SHARED / name


def score(content, lines, expect=0):
    r = waymark("content", "score", content, stdin="".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), expect=expect)
    out = [json.loads(x) for x in r.out.splitlines()]
    assert len(out) == len(lines), r
    return out


def check(content, *args, expect=0):
    return waymark("content", "check", content, "--json", *args, expect=expect).json


def documents(folder=STARTER):
    return [d for f in sorted((folder / "items").glob("*.json")) for d in json.loads(f.read_text())]


def item(**more):
    return {"source_id": "t:1", "body": "?", "interaction": {"type": "text_entry"}, "key": {"kind": "number", "values": ["1/2"]}, "competencies": ["c"]} | more


# The starter pack ------------------------------------------------------------------------------------------------


def test_the_starter_pack_is_clean():
    r = check(STARTER)
    assert r["problems"] == [] and r["errors"] == 0 and r["kind"] == "pack"
    assert r["competencies"] == 23 and r["items"] == 138 and r["families"] > 110 and r["variants"] >= 200 * r["families"]


def test_the_starter_pack_keeps_its_promises():
    pack = json.loads((STARTER / "pack.json").read_text())
    ids = [c["id"] for c in pack["competencies"]]
    fractions = [i for i in ids if i.startswith("waymark:frac.")]
    assert len(fractions) >= 13 and len(ids) - len(fractions) >= 9 and len(set(ids)) == len(ids)
    assert pack["licence"]["name"] == "CC BY 4.0" and pack["attribution"]["text"]
    seen = set()
    for c in pack["competencies"]:  # every prerequisite stands before: no circle
        assert set(c["prerequisites"]) <= seen, c["id"]
        assert 0 < len(c["short"]) <= 40 and c["statement"] and c["try_at_home"] and c["grades"]
        seen.add(c["id"])
    items = documents()
    for c in ids:
        mine = [d for d in items if c in d["competencies"]]
        assert len(mine) >= 6, c
        assert any(h["type"] == "scaffold" for d in mine for h in d["hints"]), c
        assert any(d.get("errors") for d in mine), c
    for d in items:
        assert len(d["hints"]) >= 2, d["source_id"]
    assert {d["interaction"]["type"] for d in items} == {"text_entry", "choice", "choices", "order"}


def test_known_errors_are_told():
    """Every known error of the pack is recognised in most variants, and its feedback is its own."""
    lines = []
    for d in documents():
        for n, e in enumerate(d.get("errors", [])):
            if d["interaction"]["type"] != "text_entry":
                lines.append(({"source_id": d["source_id"], "response": [e["match"]]}, n))
    for (line, n), out in zip(lines, score(STARTER, [x for x, _ in lines])):
        assert out["score"] == 0 and out["code"] == "known_error" and out["error"] == n + 1, (line, out)
    assert len(lines) > 40


# check ------------------------------------------------------------------------------------------------------------

BAD = [
    (item(key={"kind": "number", "values": ["2/4"], "form": "lowest_terms"}), "key.form"),
    (item(key={"kind": "number", "values": ["two"]}), "key.unreadable"),
    (item(errors=[{"match": "0.5", "feedback": "no"}]), "error.right"),
    (item(body="{{q}}", vars={"a": {"from": 1, "to": 9}}), "var.unknown"),
    (item(hints=[{"id": "a", "body": "b", "depends": ["z"]}]), "hint.dangling"),
    (item(vars={"a": {"from": 1, "to": 2}}, where=["a > 5"]), "item.variant"),
    (item(competencies=[]), "item.competencies"),
    (item(interaction={"type": "dance"}), "item.unreadable"),
]


@pytest.mark.parametrize("doc, code", BAD, ids=[c for _, c in BAD])
def test_check_names_what_is_to_be_mended(tmp_path, doc, code):
    (tmp_path / "i.json").write_text(json.dumps(doc))
    r = check(tmp_path / "i.json", expect=1)
    p = [p for p in r["problems"] if p["severity"] == "error"]
    assert [x["code"] for x in p] == [code] and p[0]["item"] == "t:1" and p[0]["file"] == "i.json" and len(p[0]["text"]) > 10


def test_check_answers_bad_input(tmp_path):
    assert "no such" in waymark("content", "check", tmp_path / "nothing", expect=3).err.lower()
    (tmp_path / "x.json").write_text("{")
    assert "x.json" in waymark("content", "check", tmp_path / "x.json", expect=1).err
    (tmp_path / "x.json").write_text("[1, 2]")
    waymark("content", "check", tmp_path / "x.json", expect=1)
    assert "--kind" in waymark("content", "check", "--kind", "songs", tmp_path / "x.json", expect=2).err
    assert "--variants" in waymark("content", "check", "--variants", "0", STARTER, expect=2).err
    waymark("content", "check", expect=2)
    waymark("content", "score", expect=2)
    waymark("content", "new", expect=2)


def test_check_reads_every_kind():
    for name, kind in (("oatutor", "oatutor"), ("mathcamps", "mathcamps")):
        folder = FIXTURES / name
        r = check(folder)
        assert r["kind"] == kind and r["items"] > 0
        assert check(folder, "--kind", kind)["items"] == r["items"]
        assert all(p["severity"] == "advice" for p in r["problems"])


# new, preview -----------------------------------------------------------------------------------------------------


def test_a_new_pack_is_sound_and_can_be_imported(tmp_path):
    waymark("content", "new", tmp_path / "mine")
    r = check(tmp_path / "mine")
    assert r["errors"] == 0 and r["competencies"] == 1 and {p["code"] for p in r["problems"]} == {"pack.items"}
    assert "not empty" in waymark("content", "new", tmp_path / "mine", expect=None).err
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as z:
        for f in (tmp_path / "mine").rglob("*.json"):
            z.write(f, f.relative_to(tmp_path))
    assert check(tmp_path / "mine.zip")["items"] == r["items"]
    db = Sqlite(tmp_path / "db")
    waymark("init", "--db", db.url)
    first = waymark("import", "--db", db.url, "--json", "pack", tmp_path / "mine.zip").json
    assert first["by_kind"]["item"]["added"] == 2 and first["by_kind"]["competency"]["added"] == 1
    again = waymark("import", "--db", db.url, "--json", "pack", tmp_path / "mine").json
    assert (again["added"], again["changed"], again["closed"]) == (0, 0, 0)


def test_the_starter_pack_is_imported_with_what_families_can_try(tmp_path):
    db = Sqlite(tmp_path / "db")
    waymark("init", "--db", db.url)
    r = waymark("import", "--db", db.url, "--json", "pack", STARTER).json
    assert r["problems"] == [] and r["by_kind"]["item"]["added"] == 138
    assert db.rows("SELECT COUNT(*) FROM competency WHERE try_at_home <> ''") == [["23"]]
    again = waymark("import", "--db", db.url, "--json", "pack", STARTER).json
    assert (again["added"], again["changed"], again["closed"]) == (0, 0, 0)


# An order, without scripts ----------------------------------------------------------------------------------------

ORDER = {"type": "order", "choices": [{"id": x, "body": x.upper()} for x in "abc"]}


@pytest.fixture
def order(db, tmp_path, request):
    """An item that asks for an order, as does the first step of its help: its id, and clients of a server that has it."""
    waymark("content", "new", tmp_path / "pack")
    [file] = (tmp_path / "pack" / "items").glob("*.json")
    items = json.loads(file.read_text())
    step = {"id": "s1", "type": "scaffold", "body": "Begin with three.", "depends": [], "interaction": ORDER, "key": {"kind": "choice", "values": ["c", "b", "a"]}}
    items.append(item(source_id="new:order", interaction=ORDER, key={"kind": "choice", "values": ["b", "a", "c"]}, hints=[step], competencies=items[0]["competencies"]))
    file.write_text(json.dumps(items))
    waymark("import", "--db", db.url, "--course", "Algebra One", "pack", tmp_path / "pack")
    [[item_id]] = db.rows("SELECT row_id FROM outside_id WHERE entity = 'item' AND identifier = 'new:order'")
    return item_id, request.getfixturevalue("clients")


def order_shown(page, form):
    """The ids in one form of a page, from first to last, and where its buttons lead."""
    [body] = re.findall(rf'<form[^>]* action="{form}".*?</form>', page, re.S)
    return "".join(re.findall(r'name="response" value="(\w)"', body)), set(re.findall(r'name="move"[^>]* formaction="([^"]+)"', body))


def test_an_order_is_put_by_buttons_alone(order):
    item_id, clients = order
    student, form = clients("student", session=True), {"item_id": item_id, "variant": "0"}
    address = f"/item?i={item_id}&v=0"
    assert order_shown(student.get(address).text, "/answer") == ("abc", {"/draft"})
    assert student.post("/draft", form=form | {"response": ["a", "b", "c"], "move": "down:a"}).status == 303
    assert order_shown(student.get(address).text, "/answer") == ("bac", {"/draft"})
    assert student.post("/hint", form=form | {"hint_id": "s1"}).status == 303
    assert order_shown(student.get(address).text, "/scaffold") == ("abc", {"/scaffold"})
    assert student.post("/scaffold", form=form | {"hint_id": "s1", "response": ["a", "b", "c"], "move": "up:c"}).status == 303
    page = student.get(address).text
    assert order_shown(page, "/scaffold")[0] == "acb" and order_shown(page, "/answer")[0] == "bac", "each form keeps its own"
    assert "warn-line" not in page, "what was moved is not judged"
    assert student.post("/scaffold", form=form | {"hint_id": "s1", "response": ["a", "c", "b"]}).status == 303
    assert "warn-line" in student.get(address).text


def test_a_family_puts_an_order_too(order):
    item_id, clients = order
    guardian, address = clients("guardian", session=True), f"/try/{item_id}"
    assert order_shown(guardian.get(address).text, address) == ("abc", {address})
    moved = guardian.post(address, form={"variant": "1", "response": ["a", "b", "c"], "move": "up:b"})
    assert moved.status == 200 and order_shown(moved.text, address)[0] == "bac" and "warn-line" not in moved.text
    assert "fb1" in guardian.post(address, form={"variant": "1", "response": ["b", "a", "c"]}).text


# Content that changes while a question is open -------------------------------------------------------------------------

def test_an_answer_is_scored_by_the_version_that_was_shown(db, tmp_path, request):
    waymark("content", "new", tmp_path / "pack")
    [file] = (tmp_path / "pack" / "items").glob("*.json")
    items = json.loads(file.read_text())

    def put(key):
        changed = item(source_id="new:moving", body=f"Write {key}. {{?}}", key={"kind": "number", "values": [key]}, interaction={"type": "text_entry", "label": "Your answer"}, competencies=items[0]["competencies"])
        file.write_text(json.dumps([*items, changed]))
        waymark("import", "--db", db.url, "--course", "Algebra One", "pack", tmp_path / "pack")

    put("41")
    [[item_id]] = db.rows("SELECT row_id FROM outside_id WHERE entity = 'item' AND identifier = 'new:moving'")
    student = request.getfixturevalue("clients")("student", session=True)
    shown = student.get(f"/item?i={item_id}&v=0").text
    assert "Write 41." in shown
    version = re.search(r'name="item_version" value="(\d+)"', shown)[1]
    put("42")
    deadline = time.monotonic() + 60
    while "Write 42." not in student.get(f"/item?i={item_id}&v=0").text:
        assert time.monotonic() < deadline, "the server has not read the new version"
    form = {"item_id": item_id, "variant": "0", "response": "41", "took_ms": "9000"}
    assert student.post("/answer", form=form | {"item_version": version, "client_id": "shown-before-import"}).status == 200
    assert student.post("/answer", form=form | {"item_version": str(int(version) + 1), "client_id": "shown-after-import"}).status == 200
    rows = db.rows(f"SELECT item_version, score FROM evidence WHERE item_id = {item_id} ORDER BY evidence_id")
    assert [(int(v), float(s)) for v, s in rows] == [(int(version), 1.0), (int(version) + 1, 0.0)]
    assert student.post("/answer", form=form | {"item_version": "77", "client_id": "there-never-was"}).status == 404
    waymark("check", "--db", db.url)


def test_preview(tmp_path):
    text = waymark("content", "preview", STARTER, "--item", "waymark:frac.add.unlike.1", "--variant", "3").out
    assert "Key (number)" in text and "Hint h1" in text and "Step h2" in text and "Known error" in text and "{{" not in text
    page = waymark("content", "preview", STARTER, "--html", "--item", "waymark:frac.add.unlike.1", "--variant", "3").out
    assert page.startswith("<!doctype html>") and "<math" in page and "{{" not in page and "<script" not in page
    waymark("content", "preview", STARTER, "--item", "nobody", expect=3)
    waymark("content", "preview", STARTER, "--variant", "-1", expect=2)
    (tmp_path / "i.json").write_text(json.dumps(item(body="<script>alert(1)</script>", errors=[{"match": "<b>", "feedback": "<img src=x>"}])))
    page = waymark("content", "preview", tmp_path / "i.json", "--html").out
    assert "<script" not in page and "<img" not in page and "<b>" not in page


# score ------------------------------------------------------------------------------------------------------------


def test_score_has_its_shape(tmp_path):
    (tmp_path / "i.json").write_text(json.dumps(item()))
    out = score(tmp_path / "i.json", [{"source_id": "t:1", "response": r} for r in ("0.5", "1/3", "what?", " .50 ", 0.5)])
    assert [(x["score"], x["readable"]) for x in out] == [(1, True), (0, True), (0, False), (1, True), (1, True)]
    assert all(x["source_id"] == "t:1" for x in out)


def test_score_says_what_is_wrong_and_goes_on(tmp_path):
    (tmp_path / "i.json").write_text(json.dumps([item(), item(source_id="t:2", interaction={"type": "choice", "choices": [{"id": "a", "body": "$\\frac{1}{2}$"}, {"id": "b", "body": "2"}]}, key={"values": ["a"]})]))
    out = score(tmp_path / "i.json", [{"source_id": "nobody", "response": "1"}, "not json", {"source_id": "t:1"}, {"source_id": "t:1", "response": {"a": 1}}, {"source_id": "t:2", "response": ["z"]}, "[]", {"response": "1"},
                                      {"source_id": "t:1", "response": "1/2", "variant": -1}, {"source_id": "t:1", "response": "1/2", "hint": "h"}, {"source_id": "t:1", "response": "1/2"}], expect=1)
    assert all(x["problem"] and x["score"] is None and x["readable"] is False for x in out[:-1]) and out[-1]["score"] == 1
    choices = score(tmp_path / "i.json", [{"source_id": "t:2", "response": r} for r in ("a", ["a"], "$\\frac{1}{2}$", ["$$\\frac{1}{2}$$"], "b", "2", [])])
    assert [x["score"] for x in choices] == [1, 1, 1, 1, 0, 0, 0] and choices[-1]["readable"] is False


def test_score_of_a_variant_follows_its_numbers():
    """The key of each variant, read from its preview, is right there."""
    for v in range(5):
        text = waymark("content", "preview", STARTER, "--item", "waymark:frac.add.unlike.2", "--variant", v).out
        key = re.search(r"Key \(number\): (\S+)", text)[1]
        assert score(STARTER, [{"source_id": "waymark:frac.add.unlike.2", "response": key, "variant": v}])[0]["score"] == 1


FAIR = [
    ("number", "1/2", {}, ["0.5", "1/2", ".50", "2/4", "½", " 1 / 2 ", "50%"], ["0.05", "2", "-1/2"]),
    ("number", "1000", {}, ["1,000", "1000", "1,000.00"], ["1.000", "100"]),
    ("number", "-3", {}, ["−3", "-3", "- 3", "–3", "x = −3"], ["3"]),
    ("number", "5", {"unit": "cm", "unit_required": True}, ["5 cm", "5cm", "5 CM"], ["5", "6 cm"]),
    ("expression", "2x+6", {}, ["2(x+3)", "2x+6", "6 + 2x", "2·(x+3)"], ["2x+3", "2x"]),
    ("expression", "2x+6", {"form": "expanded"}, ["2x+6", "6+2x"], ["2(x+3)"]),
    ("expression", "2(x+3)", {"form": "factored"}, ["2(x+3)", "(x+3)*2"], ["2x+6"]),
    ("number", "3/4", {"form": "lowest_terms"}, ["3/4", "¾"], ["6/8", "0.75"]),
    ("interval", "[2,5)", {}, ["[2, 5)", "2 ≤ x < 5", "x >= 2 and x < 5"], ["(2,5)", "[2,5]"]),
    ("set", "{2,-3}", {}, ["2, -3", "−3, 2", "{2,-3}", "x=2 or x=-3"], ["2", "2,3"]),
    ("pair", "(1,2)", {}, ["(1,2)", "1, 2", "x=1, y=2"], ["(2,1)"]),
    ("equation", "y=2x+1", {}, ["y=2x+1", "y - 1 = 2x", "2x+1=y"], ["y=x+2"]),
]


@pytest.mark.parametrize("what, key, more, right, wrong", FAIR, ids=[f"{k} {v} {m.get('form', '')}" for k, v, m, _, _ in FAIR])
def test_answers_are_scored_as_students_would_call_fair(tmp_path, what, key, more, right, wrong):
    (tmp_path / "i.json").write_text(json.dumps(item(key={"kind": what, "values": [key]} | more)))
    out = score(tmp_path / "i.json", [{"source_id": "t:1", "response": r} for r in right + wrong])
    assert [(r, x["score"]) for r, x in zip(right + wrong, out)] == [(r, 1) for r in right] + [(r, 0) for r in wrong]
    out = score(tmp_path / "i.json", [{"source_id": "t:1", "response": r} for r in ("", "   ", "I do not know", "((", "5 5 5")])
    assert not any(x["readable"] or x["score"] for x in out), out


# Material by others -----------------------------------------------------------------------------------------------


def oatutor_lines(names, read):
    """Each keyed answer as its file writes it: of steps, and of scaffolds at any depth."""
    def answers(o, member):
        keyed = o.get(member) or []
        return [keyed] if o.get("problemType") == "MultipleChoice" else keyed

    def scaffolds(hints):
        for h in hints:
            if h.get("type") == "scaffold":
                yield h
            yield from scaffolds(h.get("subHints") or [])

    for n in names:
        if m := re.search(r"steps/([^/]+)/\1\.json$", n):
            step = json.loads(read(n))
            for a in answers(step, "stepAnswer"):
                yield {"source_id": step["id"], "response": a}
        elif m := re.search(r"steps/([^/]+)/tutoring/[^/]*DefaultPathway\.json$", n):
            for h in scaffolds(json.loads(read(n))):
                for a in answers(h, "hintAnswer"):
                    yield {"source_id": m[1], "hint": h["id"], "response": a}


def assert_all_right(content, lines, at_least):
    assert len(lines) >= at_least
    missed = [(x, o) for x, o in zip(lines, score(content, lines)) if o["score"] != 1]
    print(f"{content.name}: {len(lines) - len(missed)} of {len(lines)} keyed answers score 1")
    assert not missed, "\n".join(f"{x} {o['code']}" for x, o in missed[:50])


def test_keyed_answers_of_oatutor_score():
    path = shared("content/oatutor/elementary-algebra-ch1-7.zip")
    with zipfile.ZipFile(path) as z:
        lines = list(oatutor_lines(z.namelist(), z.read))
    assert_all_right(path, lines, 4000)
    folder = shared("content/oatutor/sample")
    assert_all_right(folder, list(oatutor_lines([str(p) for p in folder.rglob("*.json")], lambda n: pathlib.Path(n).read_text())), 300)


def test_other_choices_of_oatutor_do_not_score():
    path = shared("content/oatutor/elementary-algebra-ch1-7.zip")
    lines = []
    with zipfile.ZipFile(path) as z:
        for n in z.namelist():
            if re.search(r"steps/([^/]+)/\1\.json$", n):
                step = json.loads(z.read(n))
                if step.get("problemType") == "MultipleChoice" and len(step["stepAnswer"]) == 1:
                    bare = lambda s: s.replace(" ", "")  # noqa: E731
                    lines += [{"source_id": step["id"], "response": c} for c in step["choices"] if bare(c) != bare(step["stepAnswer"][0])]
    assert len(lines) > 300
    wrong = [(x, o) for x, o in zip(lines, score(path, lines)) if o["score"] != 0]
    assert not wrong, wrong[:20]


def test_keyed_answers_of_mathcamps_score():
    path = shared("content/mathcamps")
    problems = [q for f in sorted(path.glob("*.json")) for group in json.loads(f.read_text()) for q in group]
    assert_all_right(path, [{"source_id": q["id"], "response": q["answer"] if isinstance(q["answer"], str) else json.dumps(q["answer"])} for q in problems], 7000)


def test_an_answer_beside_the_key_of_mathcamps_does_not_score():
    path = shared("content/mathcamps")
    problems = [q for f in sorted(path.glob("*.json")) for group in json.loads(f.read_text()) for q in group]
    whole = [q for q in problems if re.fullmatch(r"-?\d+", str(q["answer"]))]
    out = score(path, [{"source_id": q["id"], "response": str(int(q["answer"]) + 1)} for q in whole])
    assert len(whole) > 3000 and not [o for o in out if o["score"] or not o["readable"]]


def test_shared_content_has_nothing_to_mend():
    for name in ("content/oatutor/elementary-algebra-ch1-7.zip", "content/oatutor/sample", "content/mathcamps"):
        r = check(shared(name))
        assert r["errors"] == 0, [p for p in r["problems"] if p["severity"] == "error"][:20]
