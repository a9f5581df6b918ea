"""What is known of each mastery rule, where a school chooses one; and that it is what the program does."""
import html
import json
import re
import statistics
import sys

import pytest

from harness import ROOT
from test_model import figures

sys.path.insert(0, str(ROOT / "tools"))
import known  # noqa: E402

TABLE = (ROOT / "src/rules/known.def").read_text()


def rows(macro):
    """{(rule, …): figures} of the rows of a macro."""
    found = re.findall(rf"^{macro}\((\w+), (?:(\d+), )?([\d., ]+)\)$", TABLE, re.M)
    return {(rule.lower(), *map(int, filter(None, [seed]))): [float(v) for v in values.split(", ")] for rule, seed, values in found}


def test_the_table_has_the_median_of_each_rules_seeds():
    one, middle = rows("KNOWN_RUN"), rows("KNOWN")
    assert [k for (k,) in middle] == list(known.RULES) and set(one) == {(k, s) for k in known.RULES for s in known.SEEDS}
    for (rule,), values in middle.items():
        assert values == [statistics.median(v) for v in zip(*(one[rule, s] for s in known.SEEDS))], rule


def kinds():
    """The rules that a school can choose, in the order of the page."""
    [codes] = re.findall(r"mastery_kinds\[\] = \{(.*?)NULL\}", (ROOT / "src/domain/policy_settings.c").read_text(), re.S)
    return re.findall(r'"(\w+)"', codes)


def test_every_rule_that_a_school_can_choose_is_in_it():
    assert set(kinds()) == set(known.RULES) | {"judgement"}


@pytest.mark.parametrize("rule,seed", [("lasting", 2), ("model", 1)])
def test_the_table_is_what_the_program_does(rule, seed, tmp_path):
    """Other figures than in the table: run ./dev known."""
    (tmp_path / "policy.json").write_text(json.dumps({"mastery": {"rule": rule}}))
    got = figures("simulate", "--compare", "planner", "--students", known.STUDENTS, "--seed", seed, "--policy", tmp_path / "policy.json")
    assert re.search(r"^KNOWN_CLASSES\(\d+ /\* [\d-]+ \*/, ([\d., ]+)\)$", TABLE, re.M)[1] == f"{got['students']}, {got['skills']}, {got['days']}, {got['mastered_at']:g}"
    for kept, now in zip(rows("KNOWN_RUN")[rule, seed], known.figures(got), strict=True):
        assert now["low"] - 5e-5 <= kept <= now["high"] + 5e-5, (kept, now)


@pytest.mark.only("sqlite")
def test_the_page_says_what_is_known_beside_each_rule(clients):
    page = clients("district", session=True).get("/rules").text
    [part] = re.findall(r'<section id="examples">.*?</section>', page, re.S)
    said = [html.unescape(re.sub(r"<[^>]+>", "", dd)) for dd in re.findall(r"<dd>(.*?)</dd>", part, re.S)]
    said = dict(zip(kinds(), said, strict=True))
    in_100 = lambda v: f"{min(99, round(100 * v)) if v < 1 else 100}%"
    for (rule,), (wrong, found, answers, weakest) in rows("KNOWN").items():
        words = f"{in_100(wrong)} of the skills that this rule called secure were not mastered; for the weakest quarter of students, {in_100(weakest)}. It found {in_100(found)} of the skills that were mastered. It took about {round(answers)} answers"
        assert words in said[rule]
    assert "can’t be simulated" in said["judgement"]
    assert "500 students, 20 skills and 80 school days" in html.unescape(part)
