"""The project's own rules, which no compiler knows. Says what is wrong and where; exit 1 then.

usage: lint.py [--junit FILE]
"""
import pathlib
import re
import subprocess
import sys
import xml.sax.saxutils as xml

root = pathlib.Path(__file__).resolve().parent.parent
rules = []


def rule(f):
    rules.append(f)
    return f


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", *patterns], cwd=root, capture_output=True, text=True, check=True).stdout
    return [root / p for p in out.split("\n") if p and (root / p).is_file()]


def rooms():
    """{room: rooms it names} from the table in meson.build."""
    table = re.search(r"^rooms = \{(.*?)^\}", (root / "meson.build").read_text(), re.M | re.S)[1]
    return {m[1]: re.findall(r"'(\w+)'", m[2]) for m in re.finditer(r"'(\w+)': \[(.*?)\]", table)}


def rooms_seen():
    """{room: rooms it may include}: those it names, and what those see."""
    seen = {}
    for room, needs in rooms().items():
        seen[room] = set(needs).union(*(seen[n] for n in needs))
    return seen


def room_dirs():
    """{room: its folder} for every room; room_dir of meson.build names those that are not src/ROOM."""
    table = re.search(r"^room_dir = \{(.*?)^\}", (root / "meson.build").read_text(), re.M | re.S)[1]
    return {room: f"src/{room}" for room in rooms()} | {m[1]: m[2] for m in re.finditer(r"'(\w+)': '([\w/]+)'", table)}


def room_of(path, dirs={}):
    """The room whose folder is nearest above the file."""
    dirs.update(dirs or {folder: room for room, folder in room_dirs().items()})
    for folder in path.relative_to(root).parents:
        if str(folder) in dirs:
            return dirs[str(folder)]
    return None


def code(path):
    """The text with comments and string contents blanked, lines kept."""
    blank = lambda m: re.sub(r"[^\n]", " ", m[0])
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', blank, path.read_text(), flags=re.S)


@rule
def rooms_include_only_their_own():
    """A room includes its own headers, those of the rooms the table names, and what those see."""
    table = rooms_seen()
    for path in tracked("src/*.c", "src/*.h", "ui/*.c", "ui/*.h"):
        mine = room_of(path)
        if mine is None:
            continue
        for n, line in enumerate(path.read_text().split("\n"), 1):
            if (m := re.match(r'#include "(\w+)/', line)) and m[1] in table and m[1] != mine and m[1] not in table[mine]:
                yield f"{path.relative_to(root)}:{n}: {mine} may not include {m[1]}; see `rooms` in meson.build"


# Circles of files that stay, by their room and two of their files, with the reason.
CIRCLES_LEFT = {
    ("engine", "bkt_data", "bkt_fit"): "bkt_data lays out for the kernels what bkt_fit.h describes; a fit takes its data as that header has them",
    ("rules", "lasting", "mastery"): "a lasting level is found from the level of today, and is a mastery rule itself",
    ("items", "text_answer", "typed"): "typed.h has the one function of text_answer.c that typed.c calls",
    ("learning", "derived", "histories"): "a history is folded into what derived.h keeps, by which it is read again",
    ("study", "model", "model_out"): "model.h is what all commands on logs share, and model.c lists those commands",
}


@rule
def no_circle_of_files():
    """Within a room, no file needs by its includes or calls a file that needs it; a source and the header of its name are one."""
    rooms_files, left = {}, dict(CIRCLES_LEFT)
    for path in tracked("src/*.[ch]", "ui/*.[ch]"):
        if room := room_of(path):
            rooms_files.setdefault(room, []).append(path)
    for room, paths in sorted(rooms_files.items()):
        needs = file_needs(room, paths)
        reach, grown = {file: set(others) for file, others in needs.items()}, True
        while grown:
            grown = False
            for file, seen in reach.items():
                more = set().union(*(reach[o] for o in seen)) - seen
                seen |= more
                grown = grown or bool(more)
        for circle in sorted({tuple(sorted(o for o in seen if file in reach[o])) for file, seen in reach.items() if file in seen}):
            excuse = [k for k in CIRCLES_LEFT if k[0] == room and set(k[1:]) <= set(circle)]
            for k in excuse:
                left.pop(k, None)
            if not excuse:
                why = "; ".join(needs[file][o] for file in circle for o in sorted(needs[file]) if o in circle)
                yield f"{room_dirs()[room]}: {', '.join(circle)} need one another: {why}"
    for room, a, b in sorted(left):
        yield f"tools/lint.py: CIRCLES_LEFT names {a} and {b} of {room}, which need one another no longer"


def file_needs(room, paths):
    """{file: {another that it includes, or calls a function of: how}} of a room; a file is a source and the header of its name."""
    texts = {p: code(p) for p in paths}
    headers = {p.relative_to(root / room_dirs()[room]).as_posix().removeprefix("include/"): p.stem for p in paths if p.suffix == ".h"}
    function = r"^(?!static\b|typedef\b|extern\b)[a-z_]\w*\b[^;={}()\n]*?\b(\w+)(?=\([^;]*?\)\n?\s*\{|(?:\[[^;\]]*\])* = )"
    defined = {m[1]: p.stem for p in paths if p.suffix == ".c" for m in re.finditer(function, texts[p], re.M)}
    needs = {p.stem: {} for p in paths}
    for p in paths:
        for m in re.finditer(r'^#include "([\w/]+\.h)"', p.read_text(), re.M):
            if headers.get(m[1], p.stem) != p.stem:
                needs[p.stem].setdefault(headers[m[1]], f"{p.name} includes {m[1]}")
        own = set(re.findall(r"^static [^;={}()\n]*?\b(\w+)\(", texts[p], re.M))
        for name in set(re.findall(r"(?<![.\w>])[a-z_]\w+\b(?! = )", texts[p])) & set(defined) - own if p.suffix == ".c" else ():
            if defined[name] != p.stem:
                needs[p.stem].setdefault(defined[name], f"{p.name} uses {name}")
    return needs


@rule
def every_room_has_a_readme():
    """A newcomer is told a room's job, its front door and what always holds in it."""
    for room in rooms():
        path = root / room_dirs()[room] / "README.md"
        if not path.is_file():
            yield f"{path.relative_to(root)} is missing"


@rule
def architecture_shows_the_rooms_as_they_are():
    """The table of ARCHITECTURE.md is the one meson.build compiles by."""
    path = root / "ARCHITECTURE.md"
    drawn = {m[1]: m[2] for m in re.finditer(r"^\| `(\w+)` \|[^|]*\|[^|]*\| ([^|]*) \|", path.read_text() if path.exists() else "", re.M)}
    for room, needs in rooms().items():
        want = set(needs)
        got = set(re.findall(r"\w+", drawn.get(room, "")))
        if room not in drawn or (got != want and not (not want and got <= {"nothing"})):
            yield f"ARCHITECTURE.md: the row of `{room}` should name {', '.join(needs) or 'nothing'}"


@rule
def no_function_that_is_banned():
    """Functions that overrun, share hidden state or depend on the locale; each has a better one beside it."""
    instead = {"strcpy": "snprintf or struct text", "strcat": "struct text", "sprintf": "snprintf", "vsprintf": "vsnprintf", "strncpy": "snprintf",
               "strncat": "struct text", "strtok": "strspn and strcspn", "atoi": "parse_i64", "atol": "parse_i64", "atof": "a checked parse", "gets": "fgets",
               "localtime": "base/clock.h", "gmtime": "base/clock.h", "ctime": "base/clock.h", "asctime": "base/clock.h", "mktime": "base/clock.h",
               "rand": "base/rng.h", "srand": "base/rng.h", "tmpnam": "mkstemp", "mktemp": "mkstemp", "popen": "a library", "alloca": "an arena"}
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(instead) + r")\s*\(")
    for path in tracked("src/*.c", "src/*.h", "ui/*.c"):
        for n, line in enumerate(code(path).split("\n"), 1):
            if m := pattern.search(line):
                yield f"{path.relative_to(root)}:{n}: {m[1]} is banned; use {instead[m[1]]}"


@rule
def time_is_asked_in_one_place():
    """Everything that wants the time asks base/clock.h, so that --now and the tests can set it."""
    for path in tracked("src/*.c", "ui/*.c"):
        if path.name in ("clock.c",):
            continue
        for n, line in enumerate(code(path).split("\n"), 1):
            if re.search(r"(?<!\w)(time|gettimeofday)\s*\(\s*(NULL|0|&)|CLOCK_REALTIME", line):
                yield f"{path.relative_to(root)}:{n}: asks the machine for the time; use base/clock.h"


@rule
def sql_lives_in_the_store():
    """No SQL outside src/store: a statement is a named file under src/store/sql."""
    for path in tracked("src/*.c", "ui/*.c"):
        if room_of(path) == "store":
            continue
        for n, line in enumerate(path.read_text().split("\n"), 1):
            if re.search(r'"\s*(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b', line):
                yield f"{path.relative_to(root)}:{n}: SQL belongs in src/store/sql"


@rule
def every_statement_names_its_tenant():
    """Each statement over a table says which district: no query can reach another's rows by omission."""
    shared = {"migration"}
    for path in tracked("src/store/sql/*.sql"):
        text = re.sub(r"--[^\n]*", "", path.read_text())
        names = set(re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)", text, re.I)) - shared
        if names and "district_id" not in text and "-- all districts" not in path.read_text():
            yield f"{path.relative_to(root)}: does not name district_id (say `-- all districts: why` if it should not)"


@rule
def statements_stay_in_the_store():
    """Outside src/store a query is a typed function of store/sql/NAME.h: no statement is prepared, bound or read by hand."""
    by_hand = re.compile(r"\b(tx_stmt|(?:bind|col)_(?:i64|id|f64|textn?|blob|null|is_null)|stmt_\w+|struct stmt|SQL_[a-z]\w*)\b")
    for path in tracked("src/*.[ch]", "ui/*.[ch]"):
        if room_of(path) == "store":
            continue
        for n, line in enumerate(code(path).split("\n"), 1):
            if m := by_hand.search(line):
                yield f"{path.relative_to(root)}:{n}: {m[1]} belongs in src/store; call the query's function"


@rule
def every_query_is_called():
    """A query whose function nothing calls is removed."""
    called = {m for path in tracked("src/*.c") for m in re.findall(r"\bsql_(\w+)\b", code(path))}
    for name, (_, path, line) in queries().items():
        if name not in called:
            yield f"{path}:{line}: nothing calls sql_{name}"


def queries():
    """{name: (its parameters, file, line)} of all blocks."""
    found = {}
    for path in tracked("src/store/sql/*.sql"):
        text = path.read_text()
        for m in re.finditer(r"^-- name: (\w+).*\n((?:(?!-- name: ).*\n?)*)", text, re.M):
            sql = re.sub(r"'[^']*'|^--.*$", "", m[2], flags=re.M)
            names = set(re.findall(r"(?<!:):([a-z]\w*)", sql)) - {"district_id"}
            found[m[1]] = names, path.relative_to(root), text.count("\n", 0, m.start()) + 1
    return found


@rule
def every_parameter_is_given():
    """A call names each parameter of its query, or its _is_null: one that is left out would silently be 0."""
    params = {name: names for name, (names, _, _) in queries().items()}
    for path in tracked("src/*.c"):
        text = code(path)
        for m in re.finditer(r"\(struct sql_(\w+)_in\)\{", text):
            end, depth = m.end(), 1
            while depth:
                depth += (text[end] == "{") - (text[end] == "}")
                end += 1
            given = set(re.findall(r"\.(\w+) =\s", text[m.end():end]))
            for name in sorted(params.get(m[1], set()) - given - {g.removesuffix("_is_null") for g in given}):
                yield f"{path.relative_to(root)}:{text.count(chr(10), 0, m.start()) + 1}: sql_{m[1]} is not given {name}"


@rule
def loops_over_rows_are_ended():
    """rows_end tells the error that ended a loop, and lets the query run again."""
    for path in tracked("src/*.c"):
        text = code(path)
        for m in re.finditer(r"^\{\n.*?^\}", text, re.M | re.S):
            if re.search(r"\bsql_\w+_next\(&", m[0]) and "rows_end(" not in m[0]:
                yield f"{path.relative_to(root)}:{text.count(chr(10), 0, m.start()) + 1}: reads rows without rows_end"


@rule
def public_headers_state_their_contract():
    """Each public header begins with what it is for."""
    for path in tracked("src/**/include/*.h", "ui/include/*.h"):
        if not path.read_text().lstrip().startswith("/*"):
            yield f"{path.relative_to(root)}:1: begin with a comment that says what this is for"


@rule
def what_has_dates_is_current_by_one_condition():
    """A right or a list that goes by an enrollment, a role or a program asks {current x} or {during x}, or says why no date is looked at."""
    for path in tracked("src/store/sql/*.sql"):
        for block in re.split(r"^(?=-- name: )", path.read_text(), flags=re.M):
            name = re.match(r"-- name: (\w+)", block)
            if not name or "no date is looked at" in block:
                continue
            for table, alias in re.findall(r"(?:FROM|JOIN) (enrollment|user_role|program_membership)(?: (?!WHERE|JOIN|ON|ORDER)(\w+))?", block):
                if f"{{current {alias or table}}}" not in block and f"{{during {alias or table}}}" not in block:
                    yield f"{path.relative_to(root)}: {name[1]} reads {table} without {{current {alias or table}}} or {{during …}}"


@rule
def numbers_that_people_type_are_read_in_one_way():
    """A page reads a number with form_number() or form_whole(), which take no offense at a space."""
    for path in tracked("src/web/**/*.c"):
        if path.name == "form.c" and path.parent.name == "frame":
            continue
        for n, line in enumerate(path.read_text().split("\n"), 1):
            if re.search(r"\bparse_f64\(", line):
                yield f"{path.relative_to(root)}:{n}: form_number() reads what people type"


@rule
def files_stay_small():
    """One job a file: at most 800 lines of C in a room."""
    for path in tracked("src/*.c", "ui/*.c"):
        n = path.read_text().count("\n")
        if n > 800:
            yield f"{path.relative_to(root)}: {n} lines; split it"


@rule
def nothing_is_left_for_later_in_code():
    """What is missing is written down where it is planned, not in the code."""
    for path in tracked("src/*", "ui/*", "tools/*", "tests/*.c", "tests/*.py"):
        if path.suffix not in (".c", ".h", ".py", ".js", ".css", ".html", ".sql") or path == pathlib.Path(__file__).resolve():
            continue
        for n, line in enumerate(path.read_text().split("\n"), 1):
            if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
                yield f"{path.relative_to(root)}:{n}: {line.strip()[:80]}"


@rule
def the_inventory_is_true():
    """Every column is described, every key begins with the tenant, and docs/data-inventory.md is what the schema says."""
    r = subprocess.run([sys.executable, root / "tools/inventory.py", root, "--check"], capture_output=True, text=True)
    yield from (line for line in r.stdout.split("\n") if line)


@rule
def code_is_laid_out():
    """C is laid out as .clang-format says (./dev fmt), to 120 columns."""
    files = tracked("*.c", "*.h")
    r = subprocess.run(["clang-format", "--dry-run", "--ferror-limit=1", *files], cwd=root, capture_output=True, text=True)
    yield from sorted({m[1] + ": not laid out; run ./dev fmt" for m in re.finditer(r"^(\S+?:\d+):\d+: (?:warning|error): code should be clang-formatted", r.stderr, re.M)})
    for path in files:
        for n, line in enumerate(path.read_text().split("\n"), 1):
            if len(line) > 120:
                yield f"{path.relative_to(root)}:{n}: {len(line)} columns; break it at 120"


@rule
def the_facts_are_told():
    """docs/facts.md is what the declarations of src/store/facts say."""
    r = subprocess.run([sys.executable, root / "tools/factgen.py", "docs", root / "src/store/facts"], capture_output=True, text=True)
    if r.returncode or r.stdout != (root / "docs/facts.md").read_text():
        yield r.stderr.strip() or "docs/facts.md is out of date: python3 tools/factgen.py docs src/store/facts >docs/facts.md"


@rule
def headers_are_guarded():
    """Each header may be included twice."""
    for path in tracked("src/*.h", "ui/*.h"):
        if not re.search(r"#ifndef (\w+)\n#define \1\b", path.read_text()) and "#pragma once" not in path.read_text():
            yield f"{path.relative_to(root)}: no include guard"


@rule
def every_import_problem_is_explained():
    """Each code that an importer reports stands in docs/import-*.md or docs/pack-format.md, and they name no other."""
    pages = [*root.glob("docs/import-*.md"), root / "docs/pack-format.md"]
    told = {}
    for page in pages:
        for n, line in enumerate(page.read_text().split("\n"), 1):
            if line.startswith("| `"):
                for c in re.findall(r"`([a-z]+\.[a-z_]+)`", line.split("|")[1]):
                    told.setdefault(c, f"{page.relative_to(root)}:{n}")
    used = {}
    for path in tracked("src/*.c"):
        text = path.read_text()
        for m in re.finditer(r"\b(report_problem|table_problem|rich_warn|note)\s*\(", text):
            end, depth = m.end(), 1
            while depth and end < len(text):
                depth += (text[end] == "(") - (text[end] == ")")
                end += 1
            where = f"{path.relative_to(root)}:{text.count(chr(10), 0, m.start()) + 1}"
            names = [s for s in re.findall(r'"((?:\\.|[^"\\])*)"', text[m.end():end]) if " " not in s]
            names = [s for s in names if re.fullmatch(r"[a-z]+\.[a-z_]+", s) and not s.endswith((".csv", ".json"))]
            for name in names:
                used.setdefault(name, where)
    for c, where in sorted(used.items()):
        if c not in told:
            yield f"{where}: {c} stands in no docs/import-*.md: say what it means and what to do"
    for c, where in sorted(told.items()):
        prefix = c.split(".")[0]
        if c not in used and prefix in {u.split(".")[0] for u in used} and not where.startswith("docs/pack-format"):
            yield f"{where}: no importer reports {c}"


@rule
def links_lead_somewhere():
    """A page that is named in a page is there."""
    for path in tracked("*.md"):
        for n, line in enumerate(path.read_text().split("\n"), 1):
            for m in re.finditer(r"\]\(([^)#:]+)(?:#[^)]*)?\)", re.sub(r"`[^`]*`", "", line)):
                if not (path.parent / m[1]).exists():
                    yield f"{path.relative_to(root)}:{n}: {m[1]} is not there"


@rule
def named_files_are_there():
    """A source that a page of ours or a comment names is in the tree, or is made by the build or a library's."""
    made = re.compile(r"^store/fact_kinds\.h$|^(sql/|store/sql/|i18n/|ui/|sys/|linux/|netinet/)|^(NAME|X|x|NNNN)\b|_gen\.[ch]$")
    there = {str(p) for p in map(lambda p: p.relative_to(root), tracked())}
    ends = {"/".join(p.split("/")[-k:]) for p in there for k in range(1, p.count("/") + 2)}
    name = re.compile(r"(?<![\w/.*<{-])((?:[a-z0-9_]+/)*[a-z0-9_]+\.(?:[ch]|py|mjs|html|sql|fact))(?![\w*(])")
    for path in tracked("*.md", "src/*.[ch]", "ui/*.[ch]", "tests/*.[ch]", "bench/*.c"):
        if str(path.relative_to(root)).startswith("docs/decisions/"):
            continue
        text = path.read_text()
        if path.suffix != ".md":
            blank = lambda m: re.sub(r"[^\n]", " ", m[0])
            text = "\n".join(m if i % 2 else blank([m]) for i, m in enumerate(re.split(r"(/\*.*?\*/)", text, flags=re.S)))
        for n, line in enumerate(text.split("\n"), 1):
            for m in name.finditer(line):
                if m[1] not in ends and not made.search(m[1]):
                    yield f"{path.relative_to(root)}:{n}: {m[1]} is not there"


@rule
def every_table_of_commands_is_listed():
    """What a file of src/cli offers is offered by the program."""
    main = code(root / "src/cli/main.c")
    for path in tracked("src/cli/*.c"):
        for m in re.finditer(r"^const struct cli_command (\w+)\[\]", code(path), re.M):
            if not re.search(rf"\b{m[1]}\b", main):
                yield f"{path.relative_to(root)}: {m[1]} is not listed in src/cli/main.c"


@rule
def every_interaction_is_told():
    """Each way of answering stands in the list of all, in the templates that ask it, and in the documentation for authors."""
    told = (root / "docs/item-format.md").read_text()
    asked = (root / "ui/templates/01_question.html").read_text()
    listed = re.findall(r"X\((\w+)\)", (root / "src/items/types.h").read_text())
    files = {p.stem.removeprefix("type_"): p for p in tracked("src/items/type_*.c")}
    for name in sorted(set(files) - set(listed)):
        yield f"src/items/types.h: {name} is missing"
    for name, path in sorted(files.items()):
        code_of = re.search(r'\.code = "(\w+)"', path.read_text())
        if not code_of or f"`{code_of[1]}` (" not in told:
            yield f"docs/item-format.md: {path.name} is a way of answering that interaction.type does not tell of"
        elif f'"{code_of[1]}"' not in asked:
            yield f"ui/templates/01_question.html: no form asks {code_of[1]}"


@rule
def every_table_of_routes_is_listed():
    """The rows beside the handlers of a file are those of the program: routes.c of the room lists its tables, and that of src/web the rooms."""
    for path in tracked("src/web/*.c"):
        for m in re.finditer(r"^const struct route (?:\*const )?(\w+_(?:routes|tables))\[\] =", code(path), re.M):
            lists = path.parent / "routes.c" if m[1].endswith("_routes") else root / "src/web/routes.c"
            if len(re.findall(rf"\b{m[1]}\b", code(lists))) < (2 if m[1].endswith("_routes") else 1):
                yield f"{path.relative_to(root)}: {m[1]} is not listed in {lists.relative_to(root)}"


@rule
def every_setting_is_told():
    """Each WAYMARK_ variable that the program reads is explained to operators, and no other is."""
    read = {m for path in tracked("src/*.c") for m in re.findall(r'"(WAYMARK_[A-Z_]+)"', path.read_text())}
    told = set(re.findall(r"\bWAYMARK_[A-Z_]+", (root / "packaging/waymark.env").read_text()))
    for name in sorted(read - told - {"WAYMARK_CONTENT"}):
        yield f"packaging/waymark.env: {name} is missing"
    for name in sorted(told - read):
        yield f"packaging/waymark.env: nothing reads {name}"


def settings():
    """[(its path, when it takes effect or UNUSED, its member)] of the table; of a mastery rule's, when is RULE."""
    table = (root / "src/domain/include/domain/settings.def").read_text()
    for m in re.finditer(r"^(RULE_)?(?:WHOLE|NUMBER|CHOICE)\((.*?)\)(?=\s|$)", table, re.M):
        row = [x.strip() for x in m[2].split(",")]
        yield (f"mastery.{row[0]}", "RULE", row[-2]) if m[1] else (f"{row[0]}.{row[1]}", row[5], row[6])


@rule
def every_setting_is_obeyed():
    """A setting that pages offer is read by code that acts on it, and a test names it; one that nothing obeys is marked UNUSED, and only such a one."""
    recite, table = ("src/domain/", "src/web/definition/", "src/cli/ops/policy.c", "src/cli/demo/"), "src/domain/include/domain/settings.def"
    texts = {p: code(p) for p in tracked("src/*.c") if not str(p.relative_to(root)).startswith(recite)}
    tests = "\n".join(p.read_text() for p in tracked("tests/server/*.py", "tests/unit/*.c"))
    rows = list(settings())
    if len(rows) < 20:
        yield f"{table}: the rows cannot be read"
    for path, when, member in rows:
        obeys = re.compile(rf"(?:->|\.){member}\b(?!\s*=[^=])")
        where = [p for p, text in texts.items() if obeys.search(text) and (when != "RULE" or "src/rules/" in str(p))]
        if when == "UNUSED" and where:
            yield f"{table}: {path} is obeyed in {where[0].relative_to(root)}; offer it"
        if when != "UNUSED" and not where:
            yield f"{table}: nothing obeys {path}; mark it UNUSED until something does"
        if when != "UNUSED" and not re.search(rf"\b({member}|{path.split('.')[1]})\b", tests):
            yield f"{table}: no test names {path}"


# Words that the interface does not use, and what to say instead. A message that is right with one is named below, with the reason.
RETIRED = {
    r"anew|true up|put right|worth a look": "say what is done: again, update, repair, look at first",
    r"mend(s|ed|ing)?": "fix",
    r"whoever|pupils?|a person (acts|must)": "student, teacher, staff, an adult",
    r"beside": "next to",
    r"by itself": "automatically",
    r"stands? (at|here|in|on|so)|where things stand|held against|bears? out": "is, is shown, is checked against",
    r"so (many|often|long)|of (one's|one’s) own|the own|one[’']s own": "give the number, or name the owner",
    r"held[- ]back": "set aside (a held-back student repeats a grade)",
    r"moderation": "norming",
    r"figures?": "measure (a number), image (a picture)",
    r"in force|waits for (its|the) day": "current, in effect, scheduled",
    r"finer skills?|comes? before (it|what)": "skill under it, prerequisite",
    r"\d+ in 100|\} in 100|of 100 of": "percent, with %",
    r"put to the staff|take[ns]? over": "share for comment, use",
    r"bounds?|closed above": "limits",
    r"say of (a )?students?": "student choice",
    r"shown alone|(more|right|right answers) alone|on one[’']s own": "on your own (student), without help (adult)",
    r"seen off the screen|written down off|off the screen": "off screen, observed",
    r"quick look|look(s|ed|ing) again|every look|leaves a record": "review, view, is logged",
    r"what (the .*)?counts?(?! toward)|asked for yet|moving up|moves? up in time|late at this pace$|at a stand": "goals, requirements, promotion, on pace",
    r"days? away": "days absent, or days without answers",
    r"conversion|mean of|given out|frozen": "grading scale, average, posted, final",
    r"taken? back|take it back": "go back to the previous version, withdrawn",
    r"file (it|a barrier)|sees? to it": "report, respond",
    r"costs? nothing": "doesn’t count against you",
    r"invented": "simulated",
    r"new ground|clicking through|the program": "say it plainly; the software is Waymark",
    r"practis\w+|colour\w*|judgement|licences?|enrolments?|autumn|brackets?|user name": "US English",
    r"is no (CASE|OneRoster|content|file|longer one)": "is not a",
    r"secure in (all|everything)|mastered it": "the level’s own word",
}
RIGHT_ALL_THE_SAME = {
    "models.take_back_how": "a version that takes effect by itself is meant, not an adverb for “automatically” in general",
}


@rule
def the_interface_uses_its_glossary():
    """No message in English uses a word that the glossary retires; a message that must is named with the reason."""
    text = (root / "src/i18n/po/en.po").read_text()
    pattern = {re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.I): instead for words, instead in RETIRED.items()}
    excused = set()
    for m in re.finditer(r'^msgctxt "(.*)"\n((?:msgid(?:_plural)? ".*"\n)+)', text, re.M):
        line = text.count("\n", 0, m.start()) + 1
        for said in re.findall(r'^msgid(?:_plural)? "(.*)"$', m[2], re.M):
            for words, instead in pattern.items():
                if not (found := words.search(re.sub(r"\{\w+\}", "{}", said))):
                    continue
                if m[1] in RIGHT_ALL_THE_SAME:
                    excused.add(m[1])
                else:
                    yield f'src/i18n/po/en.po:{line}: {m[1]} says "{found[0]}"; better: {instead}'
    for name in sorted(set(RIGHT_ALL_THE_SAME) - excused):
        yield f"tools/lint.py: RIGHT_ALL_THE_SAME names {name}, which uses no retired word"


results = [(f.__name__, f.__doc__.split("\n")[0], list(f())) for f in rules]
for name, about, faults in results:
    for fault in faults:
        print(f"{fault}  [{name}]")
if "--junit" in sys.argv:
    cases = "".join(f'<testcase classname="lint" name="{n}">' + (f"<failure>{xml.escape(chr(10).join(x))}</failure>" if x else "") + "</testcase>" for n, _, x in results)
    pathlib.Path(sys.argv[sys.argv.index("--junit") + 1]).write_text(f'<testsuite name="lint">{cases}</testsuite>')
sys.exit(1 if any(x for _, _, x in results) else 0)
