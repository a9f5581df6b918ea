"""What model simulate finds of each mastery rule, as the table src/rules/known.def: python3 tools/known.py PROGRAM.

tests/server/test_known.py runs a part of it again, so that the table cannot stay behind the program unseen.
"""
import datetime
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

SEEDS = (1, 2, 3, 4, 5)
STUDENTS = 500
RULES = ("model", "recent", "sustained", "decaying", "mode", "lasting")  # judgement has no answers to simulate

HEAD = """\
/* Made by ./dev known, which writes it anew: the figures of struct rule_known (rules/known.h) for each mastery rule at
 * its defaults. KNOWN_RUN has one seed of
 *   waymark model simulate --compare planner --students {students} --seed SEED --policy FILE
 * with {{"mastery": {{"rule": RULE}}}} in FILE; KNOWN has the median of the seeds. Each file that includes this defines
 * the three macros. */
/* clang-format off */
"""
TAIL = """\
/* clang-format on */
#undef KNOWN_CLASSES
#undef KNOWN_RUN
#undef KNOWN
"""


def run(program, rule, seed):
    """One run, as JSON."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as policy:
        json.dump({"mastery": {"rule": rule}}, policy)
        policy.flush()
        words = ["model", "simulate", "--compare", "planner", "--students", STUDENTS, "--seed", seed, "--policy", policy.name, "--json"]
        return json.loads(subprocess.run([program, *map(str, words)], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def figures(got):
    """Of one run, in the order of struct rule_known: each with its interval."""
    arm = got["arms"][0]
    return [arm["false_mastery"], arm["masters_found"], arm["items_to_mastery"], arm["quartiles"][0]["false_mastery"]]


def written(values):
    return ", ".join(f"{v:.4f}" for v in values)


def main():
    rows = []
    for rule in RULES:
        runs = []
        for seed in SEEDS:
            got = run(sys.argv[1], rule, seed)
            runs.append([f["value"] for f in figures(got)])
            rows.append(f"KNOWN_RUN({rule.upper()}, {seed}, {written(runs[-1])})")
        rows.append(f"KNOWN({rule.upper()}, {written(map(statistics.median, zip(*runs)))})")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    day = (today - datetime.date(1970, 1, 1)).days
    classes = f"KNOWN_CLASSES({day} /* {today} */, {got['students']}, {got['skills']}, {got['days']}, {got['mastered_at']:g})"
    out = pathlib.Path(__file__).resolve().parent.parent / "src/rules/known.def"
    out.write_text(HEAD.format(students=STUDENTS) + "\n".join([classes, *rows]) + "\n" + TAIL)


if __name__ == "__main__":
    main()
