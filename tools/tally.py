"""Adds up what the suites of ./dev test left in a folder, names what failed and was skipped, and ends with one line:
N passed, N failed, N skipped. Exit 1 when anything failed.

usage: tally.py FOLDER
Reads *.xml (JUnit, from pytest and lint), unit.meson.json (meson's log, with cmocka's own lines inside), and *.txt
(lines "N passed, N failed[, N skipped]"). NAME.ended without a failure in NAME counts as one failure.
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

folder = pathlib.Path(sys.argv[1])
passed = failed = skipped = 0
failures, skips, failing = [], [], set()


def fail(suite, what, n=1):
    global failed
    failed += n
    failing.add(suite)
    failures.append(f"{suite}: {what}")


for path in sorted(folder.glob("*.xml")):
    for case in ET.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        if case.find("failure") is not None or case.find("error") is not None:
            fail(path.stem, name)
        elif (s := case.find("skipped")) is not None:
            skipped += 1
            skips.append(f"{name}: {s.get('message', '')}")
        else:
            passed += 1

log = folder / "unit.meson.json"
if log.exists():
    for line in log.read_text().splitlines():
        test = json.loads(line)
        out = test.get("stdout", "") + test.get("stderr", "")
        ok = re.findall(r"\[\s+OK\s+\] (\S+)", out)
        bad = re.findall(r"\[\s+FAILED\s+\] (?!\d+ test)(\S+)", out)
        skip = re.findall(r"\[\s+SKIPPED\s+\] (?!\d+ test)(\S+)", out)
        bad = sorted(set(bad))
        passed += len(ok)
        skipped += len(set(skip))
        skips += [f"{test['name']}: {s}" for s in sorted(set(skip))]
        for b in bad:
            fail("unit", f"{test['name']}: {b}")
        if test["result"] == "OK":
            if not ok and not skip:
                passed += 1
        elif test["result"] == "SKIP":
            skipped += 1
            skips.append(test["name"])
        elif not bad:
            fail("unit", f"{test['name']}: {test['result']}")

for path in sorted(folder.glob("*.txt")):
    for m in re.finditer(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", path.read_text(), re.M):
        passed += int(m[1])
        skipped += int(m[3] or 0)
        if int(m[2]):
            fail(path.stem, "see above", int(m[2]))

for path in sorted(folder.glob("*.ended")):
    if path.stem not in failing:
        fail(path.stem, path.read_text().strip())

for s in skips:
    print("SKIPPED", s)
for f in failures:
    print("FAILED", f)
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
