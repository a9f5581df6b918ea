"""A small invented school in a database: two schools, three classes, two courses with different content, every role.
Made once for each kind of database; tests get copies."""
import json
import re

from harness import FIXTURES, waymark

PASSWORD = "correct horse battery"
NOBODY = "912700000000000000"  # an id that no row has

# key: (username, given name, family name, role in the roster or None when added by hand, school, option)
PEOPLE = {
    "student": ("q.alder", "Quillon", "Aldermoor", "student", "s1"),
    "classmate": ("b.brook", "Bexley", "Brookfennel", "student", "s1"),
    "student2": ("z.zinnia", "Zephyrine", "Zinniaholt", "student", "s1"),
    "student3": ("x.xylo", "Xanthippe", "Xylowick", "student", "s2"),
    "teacher": ("t.thorn", "Tamsin", "Thornquist", "teacher", "s1"),
    "teacher2": ("v.vetch", "Valdemar", "Vetchling", "teacher", "s1"),
    "teacher3": ("o.oxlip", "Osbert", "Oxlipson", "teacher", "s2"),
    "guardian": ("g.alder", "Gwendolen", "Aldermoor", "parent", "s1"),
    "guardian2": ("h.zinnia", "Hieronymus", "Zinniaholt", "parent", "s1"),
    "principal": ("p.pine", "Petronella", "Pinewright", "principal", "Alder School"),
    "principal2": ("r.rowan", "Reginald", "Rowanberg", "principal", "Birch School"),
    "coach": ("c.clover", "Clementine", "Cloverdale", "coach", "Alder School"),
    "counselor": ("u.umber", "Ulrika", "Umberfield", "counselor", "s1"),
    "programs": ("e.elm", "Eustacia", "Elmsworth", "programs", "Alder School"),
    "district": ("d.dogwood", "Desdemona", "Dogwoodson", "district", None),
}
LOAD = 6  # more students of the first class, for load
for _i in range(LOAD):
    PEOPLE[f"load{_i}"] = (f"load.{_i}", f"Loadgiven{_i}", f"Loadfamily{_i}", "student", "s1")

ENROLLED = {"c1": ["teacher", "student", "classmate"] + [f"load{i}" for i in range(LOAD)], "c2": ["teacher2", "student2"], "c3": ["teacher3", "student3"]}
CHILD = {"guardian": "student", "guardian2": "student2"}
# Who must never turn up in what the first class's people are refused.
OTHER_CLASS = ["student2", "student3"]


def write_roster(folder):
    folder.mkdir(parents=True, exist_ok=True)

    def table(name, head, rows):
        text = ",".join(head) + "\n" + "".join(",".join(f'"{v}"' for v in row) + "\n" for row in rows)
        (folder / f"{name}.csv").write_text(text)

    table("manifest", ["propertyName", "value"], [["manifest.version", "1.0"], ["oneroster.version", "1.1"], *(["file." + f, "bulk"] for f in ("academicSessions", "classes", "courses", "enrollments", "orgs", "users")),
                                                  ["source.systemName", "Invented SIS"]])
    table("orgs", ["sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"],
          [["d1", "", "", "Alder Valley", "district", "AV", ""], ["s1", "", "", "Alder School", "school", "A", "d1"], ["s2", "", "", "Birch School", "school", "B", "d1"]])
    table("academicSessions", ["sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"],
          [["t1", "", "", "Autumn", "term", "2026-08-24", "2026-12-18", "", "2027"]])
    table("courses", ["sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"],
          [["co1", "", "", "t1", "Algebra One", "A1", "08", "s1", "", ""], ["co2", "", "", "t1", "Number Camp", "N1", "05", "s1", "", ""]])
    table("classes", ["sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods"],
          [["c1", "", "", "Algebra 8 Blue", "08", "co1", "B", "scheduled", "", "s1", "t1", "", "", "1"],
           ["c2", "", "", "Numbers 5 Red", "05", "co2", "R", "scheduled", "", "s1", "t1", "", "", "2"],
           ["c3", "", "", "Numbers 5 Birch", "05", "co2", "N", "scheduled", "", "s2", "t1", "", "", "1"]])
    users = []
    for key, (name, given, family, role, school) in PEOPLE.items():
        if role in ("student", "teacher", "parent", "counselor"):
            agents = ",".join("u-" + g for g, child in CHILD.items() if child == key)
            users.append(["u-" + key, "", "", "true", school, role, name, "", given, family, "", "", "", "", "", agents, "08" if role == "student" else "", ""])
    table("users", ["sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms", "phone",
                    "agentSourcedIds", "grades", "password"], users)
    table("enrollments", ["sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"],
          [[f"e-{c}-{k}", "", "", c, "s2" if c == "c3" else "s1", "u-" + k, PEOPLE[k][3], "true" if PEOPLE[k][3] == "teacher" else "false", "", ""] for c, keys in ENROLLED.items() for k in keys])
    return folder


class User:
    def __init__(self, key, user_id, token):
        self.key, self.id, self.token = key, user_id, token
        self.username, self.given, self.family = PEOPLE[key][:3]
        self.password = PASSWORD


class School:
    """What is in a copy of the template; the ids are the same in each."""

    def __init__(self, users, classes, items, competencies):
        self.users, self.classes, self.items, self.competencies = users, classes, items, competencies
        self.by_id = {i["id"]: i for i in items.values()}

    def __getattr__(self, key):
        if key in self.__dict__.get("users", {}):
            return self.users[key]
        raise AttributeError(key)

    def right(self, item_id):
        key = self.by_id[item_id]["doc"]["key"]
        return list(key["values"]) if key["kind"] == "choice" else key["values"][0]

    def wrong(self, item_id):
        key = self.by_id[item_id]["doc"]["key"]
        if key["kind"] == "choice":
            return [next(c["id"] for c in self.by_id[item_id]["doc"]["interaction"]["choices"] if c["id"] not in key["values"])]
        return {"number": "7654321", "expression": "x+7654321", "interval": "(7654320,7654321)", "set": "{7654321}", "equation": "x=7654321", "relation": "="}.get(key["kind"], "quite wrong")

    def names_of_other_class(self):
        return [n for k in OTHER_CLASS for n in PEOPLE[k][:3]]


def build(db, folder):
    roster = write_roster(folder / "roster")
    waymark("init", "--db", db.url, "--name", "Alder Valley")
    waymark("import", "--db", db.url, "oneroster", roster)
    waymark("import", "--db", db.url, "--course", "Algebra One", "--files", db.files, "oatutor", FIXTURES / "oatutor")
    waymark("import", "--db", db.url, "--course", "Number Camp", "mathcamps", FIXTURES / "mathcamps")
    for name, given, family, role, school in PEOPLE.values():
        if role in ("principal", "coach", "district", "programs"):
            waymark("user", "add", "--db", db.url, "--role", role, "--given", given, "--family", family, *(["--school", school] if school else []), name, stdin=PASSWORD + "\n")
        elif not name.startswith("load."):
            waymark("user", "passwd", "--db", db.url, name, stdin=PASSWORD + "\n")
    ids = {u["username"]: u["user_id"] for u in waymark("user", "list", "--db", db.url, "--json").json}
    users = {k: User(k, ids[p[0]], waymark("token", "create", "--db", db.url, "--user", p[0], "--ttl", "1d").out.strip()) for k, p in PEOPLE.items()}
    classes = {i: row for i, row in db.rows("SELECT identifier, row_id FROM outside_id WHERE entity = 'class'")}
    items = {}
    for source, item_id, doc in db.rows("SELECT o.identifier, o.row_id, v.doc FROM outside_id o JOIN item_version v ON v.item_id = o.row_id WHERE o.entity = 'item' ORDER BY o.row_id"):
        items[source] = {"id": item_id, "doc": json.loads(doc), "course": "co2" if re.match(r"m-", source) else "co1"}
    competencies = {i: row for i, row in db.rows("SELECT identifier, row_id FROM outside_id WHERE entity = 'competency'")}
    return School(users, classes, items, competencies)
