"""The data inventory: every column that is kept, its class, how long it stays and why, from the comments of the schema.

usage: inventory.py SOURCE_ROOT            prints docs/data-inventory.md
       inventory.py SOURCE_ROOT --check    says what is undescribed, and whether the page is out of date; exit 1 then
"""
import pathlib
import re
import sys

import factgen

CLASSES = ("none", "id", "name", "contact", "education", "secret")
MEANING = {
    "none": "says nothing about a person",
    "id": "a number that stands for a person",
    "name": "a person's name",
    "contact": "how a person is reached",
    "education": "education record: what a student did and what follows from it",
    "secret": "a hash of a secret; the secret itself is never kept",
}


def migrations(root):
    """(name, text) in the order of their numbers; the tables of facts are made of their declarations."""
    texts = [(p.name, p.read_text()) for p in (root / "src/store/migrations").glob("*.sql")]
    kinds = factgen.kinds(root / "src/store/facts")
    texts += [(f"{n:04}_facts.sql", factgen.migration(kinds, n)) for n in {k["in"] for k in kinds}]
    return sorted(texts)


def tables(root):
    """[(table, about, [(column, type, class, stay, why)], primary_key)] over all migrations, and the faults found."""
    found, faults = {}, []
    for where_from, text in migrations(root):
        table, about = None, ""
        for number, line in enumerate(text.splitlines(), 1):
            where = f"{where_from}:{number}"
            if m := re.match(r"DROP TABLE (\w+)", line):
                found.pop(m[1], None)
            elif m := re.match(r"ALTER TABLE (\w+) DROP COLUMN (\w+)", line):
                found[m[1]]["columns"] = [c for c in found[m[1]]["columns"] if c[0] != m[2]]
            elif m := re.match(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", line):
                table = found.setdefault(m[1], {"about": about, "columns": [], "key": []})
                about = ""
            elif m := re.match(r"DROP TABLE (\w+);", line):
                del found[m[1]]
                about = ""
            elif m := re.match(r"ALTER TABLE (\w+) ADD COLUMN (\w+)\s+([\w{}]+)[^;]*;\s*(?:-- (.*))?", line):
                add_column(found[m[1]], m[2], m[3], m[4], where, faults)
            elif line.startswith("--"):
                about = (about + " " + line[2:].strip()).strip()
            elif table is None:
                about = "" if not line.strip() else about
            elif m := re.match(r"\s+PRIMARY KEY \(([^)]*)\)", line):
                table["key"] = [c.strip() for c in m[1].split(",")]
            elif re.match(r"\s+(UNIQUE|FOREIGN|CHECK|CONSTRAINT)\b", line):
                pass
            elif line.startswith(")"):
                table = None
            elif m := re.match(r"\s+(\w+)\s+([\w{}]+)[^-]*(?:-- (.*))?$", line):
                add_column(table, m[1], m[2], m[3], where, faults)
            elif line.strip():
                faults.append(f"{where}: not understood; one column a line, with its comment")
    for name, t in found.items():
        if t["key"][:1] != ["district_id"] and name != "migration":
            faults.append(f"table {name}: its key does not begin with district_id")
    return found, faults


def add_column(table, column, kind, comment, where, faults):
    m = re.match(r"\[(\w+)\|([^\]]+)\] (.+)", comment or "")
    if not m or m[1] not in CLASSES:
        faults.append(f"{where}: column {column} has no [class|stay] why")
        return
    table["columns"].append((column, kind.strip("{}").lower(), m[1], m[2], m[3]))


def page(found):
    out = ["# Data inventory", "", "What Waymark keeps, column by column. Made from the schema by `tools/inventory.py`; do not edit.", "",
           "Class: " + "; ".join(f"*{k}*: {v}" for k, v in MEANING.items()) + ".",
           "Stay: *district*: as long as the district is served; *record*: as the school's retention rule says; otherwise the time named.", ""]
    for name in sorted(found):
        out += [f"## {name}", "", f"Key: {', '.join(found[name]['key'])}", "", "| column | type | class | stay | why |", "|---|---|---|---|---|"]
        out += [f"| {c} | {k} | {cl} | {stay} | {why.replace('|', '/')} |" for c, k, cl, stay, why in found[name]["columns"]]
        out.append("")
    return "\n".join(out)


if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1])
    found, faults = tables(root)
    text = page(found)
    if "--check" not in sys.argv:
        print(text, end="")
        sys.exit(0)
    doc = root / "docs/data-inventory.md"
    if not doc.exists() or doc.read_text() != text:
        faults.append("docs/data-inventory.md is not what the schema says: python3 tools/inventory.py . > docs/data-inventory.md")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)
