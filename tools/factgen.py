"""Kinds of facts -> tables, queries, C and pages, from one declaration each (src/store/facts/NAME.fact).

usage: factgen.py numbers FOLDER            the migrations in which kinds begin
       factgen.py migration FOLDER NUMBER   the tables that begin in one of them
       factgen.py sql FOLDER                queries for tools/sqlgen.c
       factgen.py header FOLDER | code FOLDER
       factgen.py docs FOLDER               docs/facts.md

A declaration:

    fact help_asked  "a student asked for help"
      in 26                                   the migration that makes its table; never changed afterwards
      about learner                           learner class session org person (0: none is named)
      relation own_record teaches             one of these lets a person record it (access/may.h)
      class education  stay record            of its words; a field may say its own
      publish help                            the event that live views of the subject hear after the commit
      kind     text 1..32  "which kind of help"
      item_id  id optional "about which question"

A field is `id`, `fact` (another fact's id), `int LOW..HIGH`, `date`, or `text LOW..HIGH` (bytes), with `optional`, `indexed`
(a subject's facts are looked up by it), `export no`, `choices A B C`, and in quotes why it is kept.
"""
import pathlib
import re
import shlex
import sys

TYPES = {"id": "BIGINT", "fact": "BIGINT", "int": "INTEGER", "date": "INTEGER", "text": "{text}"}
SUBJECTS = ("learner", "class", "session", "org", "person")
KEY = ("district_id", "bucket", "subject_id", "fact_id")


class Fault(Exception):
    pass


def parse(path):
    kind = {"file": path.name, "name": None, "fields": [], "relation": [], "publish": None, "class": None, "stay": None, "in": None, "about": None, "version": 1}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        try:
            read_line(kind, words)
        except (Fault, ValueError, IndexError) as why:
            raise Fault(f"{path}:{number}: {why or line.strip()}")
    for key in ("name", "in", "about", "class", "stay", "relation"):
        if not kind[key]:
            raise Fault(f"{path}: says no {key}")
    if kind["name"] != path.stem:
        raise Fault(f"{path}: the kind {kind['name']} belongs in {kind['name']}.fact")
    return kind


def read_line(kind, words):
    head, rest = words[0], words[1:]
    if head == "fact":
        kind["name"], kind["why"] = rest
    elif kind["name"] is None:
        raise Fault("a declaration begins with `fact NAME \"what happened\"`")
    elif head == "in":
        kind["in"] = int(rest[0])
    elif head == "about":
        kind["about"] = rest[0]
        if rest[0] not in SUBJECTS:
            raise Fault(f"about is one of {', '.join(SUBJECTS)}")
    elif head == "relation":
        kind["relation"] = rest
    elif head == "class":
        kind["class"], kind["stay"] = rest[0], rest[2]
    elif head == "publish":
        kind["publish"] = rest[0]
    else:
        kind["fields"].append(field(head, rest))


def field(name, words):
    if not re.fullmatch(r"[a-z][a-z_]*", name) or name in KEY:
        raise Fault(f"{name} is no name for a field")
    f = {"name": name, "type": words[0], "low": 0, "high": 0, "optional": False, "indexed": False, "export": True, "choices": [], "why": None}
    if f["type"] not in TYPES:
        raise Fault(f"{words[0]} is no type; {', '.join(TYPES)} are")
    words = words[1:]
    if f["type"] in ("int", "text"):
        f["low"], f["high"] = map(int, words.pop(0).split(".."))
    while words:
        word = words.pop(0)
        if word in ("optional", "indexed"):
            f[word] = True
        elif word == "export":
            f["export"] = words.pop(0) != "no"
        elif word == "choices":
            f["choices"], words = words[:-1], words[-1:]
        elif not words:
            f["why"] = word
        else:
            raise Fault(f"{word} is not understood")
    if not f["why"]:
        raise Fault(f"{name}: why is it kept?")
    return f


def kinds(folder):
    return [parse(p) for p in sorted(pathlib.Path(folder).glob("*.fact"))]


# Tables -----------------------------------------------------------------------------------------------------------

def migration(all_kinds, number):
    out = []
    for k in all_kinds:
        if k["in"] != number:
            continue
        mark = f"[{k['class']}|{k['stay']}]"
        out += [f"-- What is recorded when {k['why']}; its place in time and who recorded it stand in `fact`.", f"CREATE TABLE fact_{k['name']} (",
                f"  district_id BIGINT NOT NULL, -- [none|{k['stay']}] tenant", f"  bucket INTEGER NOT NULL, -- [none|{k['stay']}] a mix of the subject's id, by which tables spread",
                f"  subject_id BIGINT NOT NULL, -- [{'id' if k['about'] in ('learner', 'person') else 'none'}|{k['stay']}] about which {k['about']}", f"  fact_id BIGINT NOT NULL, -- [none|{k['stay']}] key; the order of recording"]
        for f in k["fields"]:
            null = "" if f["optional"] else " NOT NULL"
            out.append(f"  {f['name']} {TYPES[f['type']]}{null}, -- {mark} {f['why']}")
        out += [f"  PRIMARY KEY ({', '.join(KEY)})", ") {norowid};"]
        for f in k["fields"]:
            if f["indexed"]:
                out.append(f"CREATE INDEX fact_{k['name']}_{f['name']} ON fact_{k['name']} (district_id, bucket, subject_id, {f['name']}, fact_id);")
    return "\n".join(out) + "\n"


def sql(all_kinds):
    out = []
    for k in all_kinds:
        names = [*KEY, *(f["name"] for f in k["fields"])]
        nulls = [f":{f['name']}" for f in k["fields"] if f["optional"] and f["type"] != "text"]
        out += [f"-- name: fact_{k['name']}_insert :send", f"-- why: {k['why']}"]
        if nulls:
            out.append(f"-- null: {', '.join(nulls)}")
        out += [f"INSERT INTO fact_{k['name']} ({', '.join(names)})", f"VALUES ({', '.join(':' + n for n in names)})"]
        shown = [f["name"] for f in k["fields"] if f["export"]]
        out += [f"-- name: fact_{k['name']}_export :many", "-- why: all of a kind, a slice at a time, for the CSV",
                "SELECT f.subject_id, f.fact_id, f.recorder_id, f.happened_at_ms, f.received_at_ms, f.school_date, f.replaces_id" + "".join(f", s.{n}" for n in shown),
                f"FROM fact_{k['name']} s JOIN fact f ON f.district_id = s.district_id AND f.bucket = s.bucket AND f.subject_id = s.subject_id AND f.fact_id = s.fact_id",
                "WHERE s.district_id = :district_id AND (s.bucket > :bucket OR (s.bucket = :bucket AND (s.subject_id > :subject_id OR (s.subject_id = :subject_id AND s.fact_id > :fact_id))))",
                "ORDER BY s.bucket, s.subject_id, s.fact_id LIMIT :limit"]
    return "\n".join(out) + "\n"


# C ----------------------------------------------------------------------------------------------------------------

def c_type(f):
    return "const char *" if f["type"] == "text" else "int32_t " if f["type"] in ("int", "date") else "int64_t "


def header(all_kinds):
    out = ["/* Made from src/store/facts: the kinds of facts. A struct holds the fields of one; text is borrowed. */", "#ifndef STORE_FACT_KINDS_H", "#define STORE_FACT_KINDS_H", '#include "store/fact.h"', ""]
    for k in all_kinds:
        out += [f"/* {k['why']} */", f"struct fact_{k['name']} {{"]
        out += [f"    {c_type(f)}{f['name']}; /* {f['why']}{'; may be none' if f['optional'] else ''} */" for f in k["fields"]]
        out += ["};", f"extern const struct fact_kind fact_{k['name']};", ""]
    out += ["extern const struct fact_kind *const fact_kinds[]; /* NULL at the end */", "", "#endif", ""]
    return "\n".join(out)


def quoted(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def schema(k):
    import json
    properties, required = {}, []
    for f in k["fields"]:
        p = {"id": {"type": "string"}, "fact": {"type": "string"}, "date": {"type": "string", "format": "date"}, "int": {"type": "integer", "minimum": f["low"], "maximum": f["high"]}, "text": {"type": "string", "maxLength": f["high"]}}[f["type"]]
        p = dict(p, description=f["why"])
        if f["choices"]:
            p["enum"] = f["choices"]
        properties[f["name"]] = p
        if not f["optional"] and not (f["type"] == "text" and f["low"] == 0):
            required.append(f["name"])
    return json.dumps({"type": "object", "description": k["why"], "required": required, "properties": properties}, ensure_ascii=False)


def given(f):
    return f"f->{f['name']} ? f->{f['name']} : \"\"" if f["type"] == "text" and not f["optional"] else f"f->{f['name']}"


def code(all_kinds):
    out = ["/* Made from src/store/facts. */", "#include <stddef.h>", "", '#include "store/fact_kinds.h"', '#include "store/sql/fact_kinds.h"', ""]
    for k in all_kinds:
        n = k["name"]
        out += [f"static enum st insert_{n}(struct tx *tx, const struct fact_key *key, const void *fields, struct err *e)", "{", f"    const struct fact_{n} *f = fields;",
                f"    return sql_fact_{n}_insert(tx, &(struct sql_fact_{n}_insert_in){{.bucket = key->bucket, .subject_id = key->subject_id, .fact_id = key->fact_id" + "".join(f", .{f['name']} = {given(f)}" for f in k["fields"]) + "}, e);", "}", "",
                f"static enum st export_{n}(struct tx *tx, const struct fact_key *after, int64_t limit, struct fact_csv *csv, struct err *e)", "{",
                f"    struct sql_fact_{n}_export_row r;", "    struct rows rows;",
                f"    TRY(sql_fact_{n}_export(tx, &(struct sql_fact_{n}_export_in){{.bucket = after->bucket, .subject_id = after->subject_id, .fact_id = after->fact_id, .limit = limit}}, &rows, e));",
                f"    while (sql_fact_{n}_export_next(&rows, &r)) {{",
                "        fact_csv_begin(csv, r.subject_id, r.fact_id, r.recorder_id, r.happened_at_ms, r.received_at_ms, r.school_date, r.replaces_id);"]
        for f in k["fields"]:
            if f["export"]:
                put = {"text": "text", "date": "date", "int": "int", "id": "id", "fact": "id"}[f["type"]]
                out.append(f"        fact_csv_{put}(csv, r.{f['name']});")
        out += ["        fact_csv_end(csv);", "    }", "    return rows_end(&rows);", "}", "", f"static const struct fact_field fields_{n}[] = {{"]
        for f in k["fields"]:
            out.append(f"    {{{quoted(f['name'])}, FACT_{f['type'].upper()}, offsetof(struct fact_{n}, {f['name']}), {f['low']}, {f['high']}, {str(f['optional']).lower()}, {str(f['export']).lower()}, {quoted(' '.join(f['choices'])) if f['choices'] else 'NULL'}}},")
        if not k["fields"]:
            out.append("    {0},")
        out += ["};", f"const struct fact_kind fact_{n} = {{.name = {quoted(n)}, .about = {quoted(k['about'])}, .relations = {quoted(' '.join(k['relation']))}, .event = {quoted(k['publish']) if k['publish'] else 'NULL'}, .version = {k['version']},",
                f"    .fields = fields_{n}, .field_count = {len(k['fields'])}, .insert = insert_{n}, .export_after = export_{n},", f"    .schema = {quoted(schema(k))}}};", ""]
    out += ["const struct fact_kind *const fact_kinds[] = {" + ", ".join(f"&fact_{k['name']}" for k in all_kinds) + ", NULL};", ""]
    return "\n".join(out)


# Pages ------------------------------------------------------------------------------------------------------------

def docs(all_kinds):
    out = ["# Facts", "", "What people record, one kind each. Made from `src/store/facts` by `tools/factgen.py`; do not edit.", "",
           "Every fact has a row in `fact` (about whom, by whom, when it happened and when it was received) and a row in the table of its kind.",
           "It is recorded once: the same `client_id` with the same body gives the same fact, another body is refused (409). `waymark export facts` writes",
           "one CSV for each kind, with the columns below after `subject_id, fact_id, recorder_id, happened_at, received_at, school_date, replaces_id`.", ""]
    for k in all_kinds:
        out += [f"## {k['name']}", "", f"{k['why'][0].upper()}{k['why'][1:]}. About a {k['about']}; recorded by: {', '.join(k['relation'])}. Class {k['class']}, stays {k['stay']}.", "", "| field | type | why |", "|---|---|---|"]
        for f in k["fields"]:
            kind = f["type"] + (f" {f['low']}..{f['high']}" if f["type"] in ("int", "text") else "") + (", optional" if f["optional"] else "") + ("" if f["export"] else ", not exported")
            out.append(f"| {f['name']} | {kind} | {f['why']}{': ' + ', '.join(f['choices']) if f['choices'] else ''} |")
        out.append("")
    return "\n".join(out)


def main():
    word, folder = sys.argv[1], sys.argv[2]
    try:
        all_kinds = kinds(folder)
    except Fault as why:
        sys.exit(f"factgen: {why}")
    if word == "numbers":
        print("\n".join(str(n) for n in sorted({k["in"] for k in all_kinds})))
    elif word == "migration":
        sys.stdout.write(migration(all_kinds, int(sys.argv[3])))
    else:
        sys.stdout.write({"sql": sql, "header": header, "code": code, "docs": docs}[word](all_kinds))


if __name__ == "__main__":
    main()
