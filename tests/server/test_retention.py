"""What stays for a time only is deleted when its time is over, and the job says what it did."""
import time

from harness import environment, waymark

DAY = 86_400_000
TABLES = ["draft", "session", "api_token", "sign_in_failure"]


def fill(db, learner, now):
    """Of each table 450 rows whose time is over and 3 whose is not."""
    [[district]] = db.rows("SELECT MIN(district_id) FROM district WHERE district_id > 0")
    for table in ("session", "sign_in_failure", "draft"):
        db.execute(f"DELETE FROM {table}")
    rows = {t: [] for t in TABLES}
    for i in range(453):
        old = i < 450
        end = now - 1000 - i if old else now + DAY
        rows["session"].append(f"({district}, 's{i}', {learner}, {end - DAY}, {end})")
        rows["api_token"].append(f"({district}, 't{i}', {learner}, {end - DAY}, {end})")
        rows["sign_in_failure"].append(f"({district}, 'a{i}', 1, {now - DAY - 1000 - i if old else now - DAY + 600000})")
        at = now - 30 * DAY - 1000 - i if old else now - 30 * DAY + 600000
        rows["draft"].append(f"({district}, {learner}, {1000 + i}, 1, 'x', '[]', {at}, {at})")
    columns = {"session": "token_hash, user_id, created_at_ms, expires_at_ms", "api_token": "token_hash, user_id, created_at_ms, expires_at_ms", "sign_in_failure": "account_hash, failures, until_ms",
               "draft": "learner_id, item_id, variant, response, hints, started_at_ms, updated_at_ms"}
    for t in TABLES:
        db.execute(f"INSERT INTO {t} (district_id, {columns[t]}) VALUES {', '.join(rows[t])}")


def everything(db):
    return {t: sorted(map(tuple, db.rows(f"SELECT * FROM {t}"))) for t in [*TABLES, "job", "job_run", "evidence", "mastery", "user_account", "access_record"]}


def test_what_is_due_goes_and_nothing_else(db, school):
    fill(db, school.student.id, int(time.time() * 1000))
    before = everything(db)
    dry = waymark("retention", "--dry-run", "--json", "--db", db.url).json
    assert dry == {"dry_run": True, "tables": [{"table": t, "due": 450, "deleted": 0} for t in TABLES]}
    assert everything(db) == before, "a dry run writes nothing"
    assert waymark("retention", "--json", "--db", db.url).json["tables"] == [{"table": t, "due": 450, "deleted": 450} for t in TABLES]
    after = everything(db)
    for t in TABLES:
        assert len(after[t]) == len(before[t]) - 450 and set(after[t]) < set(before[t]), t
    for t in ("evidence", "mastery", "user_account", "access_record"):
        assert after[t] == before[t], t
    assert db.rows("SELECT job, outcome, detail, nightly FROM job_run") == [["retention", "done", "draft 450 of 450, session 450 of 450, api_token 450 of 450, sign_in_failure 450 of 450", "0"]]
    assert "draft 450 of 450" in waymark("doctor", "--db", db.url).out
    again = waymark("retention", "--db", db.url).out
    assert "draft            0 of 0 rows deleted" in again, again
    assert waymark("check", "--db", db.url).code == 0


def test_one_at_a_time_and_once_a_night(db, school):
    assert waymark("retention", "--nightly", "--db", db.url).code == 0
    assert "Already done tonight" in waymark("retention", "--nightly", "--db", db.url).err
    assert waymark("retention", "--db", db.url).code == 0, "by hand as often as one likes"
    db.execute(f"UPDATE job SET holder = 7, until_ms = {int(time.time() * 1000) + 60000} WHERE job = 'retention'")
    assert "another process is at it" in waymark("retention", "--db", db.url, expect=None).err


def test_the_server_begins_it_at_night(db, serve, school):
    fill(db, school.student.id, 1_794_000_000_000)  # 2026-11-06
    serve("--retention", "01:30", "--now", "2026-11-10T02:00:00Z", env=environment(WAYMARK_RETENTION="off"))
    for _ in range(200):
        if db.rows("SELECT outcome, nightly FROM job_run WHERE job = 'retention'") == [["done", "1"]]:
            break
        time.sleep(0.1)
    assert db.rows("SELECT outcome, nightly FROM job_run WHERE job = 'retention'") == [["done", "1"]]
    assert db.rows("SELECT COUNT(*) FROM draft WHERE item_id < 1450") == [["0"]]
    assert "--retention takes an hour" in waymark("serve", "--db", db.url, "--retention", "late", expect=None).err
