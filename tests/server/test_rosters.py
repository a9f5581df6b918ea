"""Rosters as schools send them: what changes place is taken over, what cannot be read is left alone, and nobody becomes a guardian by mistake."""
import pytest
from harness import waymark

HEADS = {
    "orgs": "sourcedId,status,name,type,identifier,parentSourcedId",
    "academicSessions": "sourcedId,status,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "courses": "sourcedId,status,title,courseCode,grades,orgSourcedId",
    "classes": "sourcedId,status,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds",
    "users": "sourcedId,status,enabledUser,orgSourcedIds,role,username,givenName,familyName,agentSourcedIds,grades",
    "roles": "sourcedId,status,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId",
    "enrollments": "sourcedId,status,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
}
PUPILS = 9


def base():
    """Two classes of one school, nine students, two teachers and a parent."""
    return {
        "orgs": ["o,,Fern School,school,,"],
        "academicSessions": ["y,,Year,schoolYear,2026-08-01,2027-07-01,,2027"],
        "courses": ["c,,Maths 6,M6,06,o"],
        "classes": ["ka,,Maths A,c,scheduled,o,y", "kb,,Maths B,c,scheduled,o,y"],
        "users": ["ta,,true,o,teacher,ada,Ada,Amber,,", "tb,,true,o,teacher,bob,Bob,Birch,,", "pa,,true,o,parent,pat,Pat,Plum,,"]
        + [f"s{i},,true,o,student,pupil{i},Given{i},Family{i},{'pa' if i == 0 else ''},06" for i in range(PUPILS)],
        "enrollments": ["eta,,ka,o,ta,teacher,true,,", "etb,,kb,o,tb,teacher,true,,"] + [f"es{i},,{'ka' if i < 5 else 'kb'},o,s{i},student,,," for i in range(PUPILS)],
    }


def replace(rows, old, new):
    assert old in rows, rows
    return [new if r == old else r for r in rows]


@pytest.fixture
def world(empty_db, tmp_path):
    """world(tables, mode) writes a roster and imports it: a dry run first, which must tell the same."""
    waymark("init", "--db", empty_db.url, "--name", "Fern Valley")
    count = [0]

    class World:
        db = empty_db

        def write(self, tables, modes):
            count[0] += 1
            folder = tmp_path / f"roster{count[0]}"
            folder.mkdir()
            lines = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.1"] + [f"file.{name},{modes.get(name, 'bulk') if name in tables else 'absent'}" for name in HEADS]
            (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
            for name, rows in tables.items():
                (folder / f"{name}.csv").write_text("\n".join([HEADS[name], *rows]) + "\n")
            return folder

        def take(self, tables, expect=0, options=(), **modes):
            folder = self.write(tables, modes)
            args = ("import", "--db", empty_db.url, "--json", "--source", "sis", *options)
            dry = waymark(*args, "--dry-run", "oneroster", folder, expect=None)
            real = waymark(*args, "oneroster", folder, expect=expect)
            if expect == 0:
                assert dry.code == 0 and dry.json["by_kind"] == real.json["by_kind"], "a dry run tells what a run does"
            return real

        def seats(self):
            return {(u, c, r) for u, c, r in empty_db.rows("SELECT u.username, c.title, e.role FROM enrollment e JOIN user_account u ON u.user_id = e.user_id JOIN class c ON c.class_id = e.class_id"
                                                          " WHERE e.status = 'active' AND u.status = 'active'")}

        def guardians(self):
            return {(g, s) for g, s in empty_db.rows("SELECT g.username, s.username FROM guardian x JOIN user_account g ON g.user_id = x.guardian_id JOIN user_account s ON s.user_id = x.learner_id WHERE x.status = 'active'")}

        def roles(self):
            return {(u, r) for u, r in empty_db.rows("SELECT u.username, r.role FROM user_role r JOIN user_account u ON u.user_id = r.user_id WHERE r.status = 'active' AND u.status = 'active'")}

    w = World()
    w.take(base())
    return w


def test_an_enrollment_that_changes_class_person_or_role_is_taken_over(world):
    tables = base()
    for old, new, gone, come in (
            ("es1,,ka,o,s1,student,,,", "es1,,kb,o,s1,student,,,", ("pupil1", "Maths A", "student"), ("pupil1", "Maths B", "student")),
            ("eta,,ka,o,ta,teacher,true,,", "eta,,ka,o,tb,teacher,true,,", ("ada", "Maths A", "teacher"), ("bob", "Maths A", "teacher")),
            ("etb,,kb,o,tb,teacher,true,,", "etb,,kb,o,tb,aide,true,,", ("bob", "Maths B", "teacher"), ("bob", "Maths B", "aide"))):
        before = world.seats()
        tables["enrollments"] = replace(tables["enrollments"], old, new)
        r = world.take(tables).json
        assert r["by_kind"]["enrollment"] == {"added": 0, "changed": 1, "closed": 0, "unchanged": PUPILS + 1}
        assert world.seats() == before - {gone} | {come}
        assert world.take(tables).json["changed"] == 0
    # Two enrollments swap their places; and all goes back at once.
    tables["enrollments"] = replace(replace(tables["enrollments"], "es2,,ka,o,s2,student,,,", "es2,,kb,o,s6,student,,,"), "es6,,kb,o,s6,student,,,", "es6,,ka,o,s2,student,,,")
    before = world.seats()
    world.take(tables)
    assert world.seats() == before
    world.take(base())
    assert len(world.seats()) == PUPILS + 2 and ("ada", "Maths A", "teacher") in world.seats() and ("pupil1", "Maths A", "student") in world.seats()


def test_names_are_swapped_now_and_in_the_next_import(world):
    tables = base()
    swapped = dict(tables, users=[r.replace("pupil1,", "X,").replace("pupil2,", "pupil1,").replace("X,", "pupil2,") for r in tables["users"]])
    names = lambda: dict(world.db.rows("SELECT given_name, username FROM user_account"))
    assert world.take(swapped).json["problem_count"] == 0
    assert names()["Given1"] == "pupil2" and names()["Given2"] == "pupil1"
    assert world.take(swapped).json["changed"] == 0
    turned = dict(tables, users=[r.replace("pupil0,", "X,").replace("pupil1,", "pupil0,").replace("pupil2,", "pupil1,").replace("X,", "pupil2,") for r in tables["users"]])
    assert world.take(turned).json["problem_count"] == 0
    assert [names()[f"Given{i}"] for i in range(3)] == ["pupil2", "pupil0", "pupil1"], "round in a ring"


@pytest.mark.parametrize("file", list(HEADS))
def test_a_file_with_a_heading_and_no_rows_closes_nothing(world, file):
    before = world.seats(), world.roles()
    r = world.take(dict(base(), **{file: []}), options=("--close-share", "1")).json
    assert r["closed"] == 0 and r["problems_by_code"]["roster.empty"] == 1
    assert (world.seats(), world.roles()) == before


def test_each_kind_is_braked_by_its_own_share(world):
    tables = base()
    for kind, rows in (("enrollment", dict(tables, enrollments=tables["enrollments"][:-3])), ("class", dict(tables, classes=tables["classes"][:1])),
                       ("user", dict(tables, users=tables["users"][:-3], enrollments=tables["enrollments"]))):
        before = world.seats()
        r = world.take(rows, expect=4)
        assert f"rows of kind {kind}" in r.json["stopped"]
        assert world.seats() == before
    # Two of eleven enrollments are within the share.
    assert world.take(dict(tables, enrollments=tables["enrollments"][:-2])).json["by_kind"]["enrollment"]["closed"] == 2


UNREADABLE = {
    "users": ('s3,,true,o,student,"pupil3,Other,Name,,06', '"s3,,true,o,student,pupil3,Other,Name,,06', 's3,,true,o,student,pupil3,"Other,Name,,06'),
    "enrollments": ('es3,,"ka,o,s3,student,,,', '"es3,,ka,o,s3,student,,,', "es3,,,o,s3,student,,,", "es3,,ka,o,,student,,,", "es3,,nowhere,o,s3,student,,,", "es3,,kb,o,s3,pupill,,,"),
}


@pytest.mark.parametrize("file,line", [(f, line) for f, lines in UNREADABLE.items() for line in lines])
def test_a_row_that_cannot_be_read_changes_and_closes_nothing(world, file, line):
    """Wherever it stands; and a row that is not sent still closes."""
    tables = base()
    good = next(r for r in tables[file] if r.startswith(("s3,", "es3,")))
    last = tables[file][-1]
    before = world.seats()
    for rows in (replace(tables[file], good, line), [*(r for r in tables[file] if r != good), line]):
        r = world.take(dict(tables, **{file: rows})).json
        assert r["problem_count"] >= 1 and r["closed"] == 0, r
        assert world.seats() == before
        assert world.db.rows("SELECT given_name, status FROM user_account WHERE username = 'pupil3'") == [["Given3", "active"]]
    r = world.take(dict(tables, **{file: [x for x in replace(tables[file], good, line) if x != last]})).json
    assert r["by_kind"][file[:-1]]["closed"] == 1


def test_rows_that_a_quotation_mark_swallows_are_not_closed(world):
    tables = base()
    before = world.seats()
    rows = [r.replace("pupil3,", '"pupil3,') if r.startswith("s3,") else r.replace("pupil5,", '"pupil5",') if r.startswith("s5,") else r for r in tables["users"]]
    assert world.take(dict(tables, users=rows)).json["closed"] == 0
    assert {s[0] for s in before} - {s[0] for s in world.seats()} <= {"pupil3"}, "s4 was inside the quotation marks"


def test_a_row_that_names_nothing_lets_its_file_close_nothing(world):
    tables = base()
    rows = [r for r in tables["enrollments"] if not r.startswith(("es3,", "es4,"))]
    r = world.take(dict(tables, enrollments=[*rows, ",,ka,o,s3,student,,,"])).json
    assert r["closed"] == 0 and r["problems_by_code"]["roster.closes_nothing"] == 1


def test_a_delta_ends_what_it_names_by_its_id_alone(world):
    only = {"users": ["s2,tobedeleted" + "," * 8], "enrollments": ["es3,tobedeleted" + "," * 7, "etb,inactive" + "," * 7]}
    r = world.take(only, users="delta", enrollments="delta").json
    assert r["problem_count"] == 0 and r["by_kind"]["enrollment"]["closed"] == 2 and r["by_kind"]["user"]["closed"] == 1
    assert not {s for s in world.seats() if s[0] in ("pupil2", "pupil3", "bob")}
    # A person who is sent has the roles that are sent.
    world.take({"users": ["ta,,true,o,student,ada,Ada,Amber,,"]}, users="delta")
    assert {r for r in world.roles() if r[0] == "ada"} == {("ada", "student")}


def test_agents_are_guardians_only_by_role_and_direction(world):
    tables = base()
    users = [r for r in tables["users"] if not r.startswith(("pa,", "s0,", "s1,", "s2,", "s3,", "s4,"))]
    users += ['pa,,true,o,parent,pat,Pat,Plum,"s4,pb,ta",', "pb,,true,o,guardian,pim,Pim,Plum,,", "s0,,true,o,student,pupil0,Given0,Family0,pa,06", "s1,,true,o,student,pupil1,Given1,Family1,s2,06",
              "s2,,true,o,student,pupil2,Given2,Family2,ta,06", 's3,,true,o,student,pupil3,Given3,Family3,"pb,pb,s3,nobody",06', "s4,,true,o,student,pupil4,Given4,Family4,,06"]
    r = world.take(dict(tables, users=users)).json
    assert world.guardians() == {("pat", "pupil0"), ("pat", "pupil4"), ("pim", "pupil3")}
    assert {u for u, role in world.roles() if role == "guardian"} == {"pat", "pim"}
    assert r["problems_by_code"]["roster.agent"] == 4, "two parents, a parent and a teacher, a student of a student, a student and a teacher"
    # An earlier version made such links: the next complete file ends them, and the role with them.
    db = world.db
    [[district, org, teacher, child]] = db.rows("SELECT r.district_id, r.org_id, t.user_id, s.user_id FROM user_account t JOIN user_role r ON r.user_id = t.user_id JOIN user_account s ON s.username = 'pupil2' WHERE t.username = 'ada'")
    db.execute(f"INSERT INTO guardian VALUES ({district}, {teacher}, {child}, '', 'active'); INSERT INTO user_role (district_id, user_id, org_id, role, status) VALUES ({district}, {teacher}, 0, 'guardian', 'active');"
               f"INSERT INTO outside_id VALUES ({district}, 'guardian', 'sis', 'ta' || {'char(31)' if db.kind == 'sqlite' else 'chr(31)'} || 's2', 1, 'x', 0, 0);"
               f"INSERT INTO outside_id VALUES ({district}, 'role', 'sis', 'ta' || {'char(31) || char(31)' if db.kind == 'sqlite' else 'chr(31) || chr(31)'} || 'guardian', 1, 'x', 0, 0)")
    assert ("ada", "pupil2") in world.guardians()
    world.take(dict(tables, users=users), options=("--close-share", "1"))
    assert world.guardians() == {("pat", "pupil0"), ("pat", "pupil4"), ("pim", "pupil3")}
    assert ("ada", "guardian") not in world.roles() and ("ada", "teacher") in world.roles()


def test_headings_of_the_british_edition_are_read_and_unknown_ones_reported_once(world, tmp_path):
    folder = tmp_path / "sds"
    folder.mkdir()
    for name, text in {
            "School": "DfE Number,Name\n7001,Moss School\n", "Section": "ID,School DfE Number,Section Name,Course ID,Course Name\nm1,7001,Maths 8,mc,Maths\n",
            "Student": "ID,School DfE Number,First Name,Last Name,Username,House,Year Group\nx1,7001,Kit,Moss,kmoss,Red,8\nx2,7001,Kat,Moss,katm,Blue,8\n",
            "Teacher": "ID,School DfE Number,First Name,Last Name,Username\nz1,7001,Tim,Moor,tmoor\n", "StudentEnrollment": "Section ID,ID\nm1,x1\nm1,x2\n", "TeacherRoster": "Section ID,ID\nm1,z1\n"}.items():
        (folder / f"{name}.csv").write_text(text)
    r = waymark("import", "--db", world.db.url, "--json", "--source", "sds", "oneroster", folder).json
    assert r["problems_by_code"] == {"roster.heading": 1}
    assert '"House", "Year Group"' in r["problems"][0]["text"]
    assert {("kmoss", "Maths 8", "student"), ("katm", "Maths 8", "student"), ("tmoor", "Maths 8", "teacher")} <= world.seats()
    # A file without the column that it needs: one problem, and nothing closes.
    (folder / "Student.csv").write_text("Number,First Name\nx1,Kit\n")
    r = waymark("import", "--db", world.db.url, "--json", "--source", "sds", "oneroster", folder).json
    assert r["problems_by_code"]["roster.header"] == 1 and r["closed"] == 0


def test_names_that_differ_in_case_alone_are_one(world):
    """Whoever comes second gets a number behind the name and a line in the report; the import goes on."""
    tables = base()
    tables["users"] += ["tc,,true,o,teacher,ADA,Adam,Ash,,"]
    report = world.take(tables)
    problem = next(p for p in report.json["problems"] if p["code"] == "roster.username_taken")
    assert "users.csv" in str(problem) and str(len(tables["users"]) + 1) in str(problem) and "ADA-2" in str(problem), problem
    names = lambda: {u for u, in world.db.rows("SELECT username FROM user_account")}
    assert {"ada", "ADA-2"} <= names()
    world.take(tables)
    assert {"ada", "ADA-2"} <= names(), "and keeps it"
    # the same person under another case is no other, and two may swap such names
    tables["users"] = replace(tables["users"], "ta,,true,o,teacher,ada,Ada,Amber,,", "ta,,true,o,teacher,Ada,Ada,Amber,,")
    world.take(tables)
    assert "Ada" in names() and "ada" not in names()
    tables["users"] = replace(replace(tables["users"], "ta,,true,o,teacher,Ada,Ada,Amber,,", "ta,,true,o,teacher,BOB,Ada,Amber,,"), "tb,,true,o,teacher,bob,Bob,Birch,,", "tb,,true,o,teacher,aDA,Bob,Birch,,")
    world.take(tables)
    assert {"BOB", "aDA"} <= names()


def test_a_delta_ends_a_role_by_its_id_alone(world):
    """OneRoster 1.2: what the id stands for is known from the file that sent it; another id is refused with words."""
    tables = base()
    tables["roles"] = [f"r{u.split(',')[0]},active,{u.split(',')[0]},primary,{u.split(',')[4]},,,o" for u in tables["users"]] + ["rx,active,ta,secondary,coach,,,o"]
    world.take(tables)
    assert ("ada", "coach") in world.roles() and ("ada", "teacher") in world.roles()
    r = world.take({"roles": ["rx,tobedeleted,,,,,,", "never,tobedeleted,,,,,,"]}, roles="delta").json
    assert {role for role in world.roles() if role[0] == "ada"} == {("ada", "teacher")}
    assert r["by_kind"]["role"]["closed"] == 1 and r["problems_by_code"] == {"roster.role_unknown": 1}
    assert "never" in str(r["problems"]) and "userSourcedId" in str(r["problems"])
    assert world.take({"classes": ["ka,,Maths Alpha,c,scheduled,o,y"]}, classes="delta").json["changed"] == 1, "any one file may come alone"
    # the same id again opens it, and may then mean another role
    world.take({"roles": ["rx,active,ta,secondary,counselor,,,o"]}, roles="delta")
    assert ("ada", "counselor") in world.roles()
    world.take({"roles": ["rx,tobedeleted,,,,,,"]}, roles="delta")
    assert {role for role in world.roles() if role[0] == "ada"} == {("ada", "teacher")}
    assert world.take(tables).json["by_kind"]["role"]["added"] == 0, "nothing is new to it"
