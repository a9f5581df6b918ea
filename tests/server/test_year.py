"""A school year, day by day with the clock moved on: what the screens showed on a day is what "as it was on that day" shows at its end,
through changes of the rules, of an alignment and of requirements; and what is stored is what the facts say."""
import datetime
import html
import json
import random
import re

from client import Client
from harness import waymark
from load import Ledger

DAYS = 11  # school days that are looked at, about a month apart
POLICIES = {3: {"mastery": {"rule": "recent", "times": 3, "of_last": 5, "least_evidence": 2}},
            6: {"mastery": {"rule": "decaying", "newest_weight": 0.4, "secure_at": 0.8, "nearly_at": 0.5, "by_type": {"Skill": {"rule": "mode", "of_last": 4, "secure_at": 0.7}}},
                "grades": {"conversion": [{"from": 1, "to": 3, "letter": "B", "percent": 80, "gpa": 3}, {"from": 3, "to": 4, "letter": "A", "percent": 95, "gpa": 4}]}},
            9: {"mastery": {"rule": "model", "secure_at": 0.9, "after_hint": "not_alone", "off_screen": 1}}}


def part(page, begin, end):
    i = page.find(begin)
    return page[i:page.find(end, i)] if i >= 0 else ""


def shown_on(page):
    """The numbers and words of a why page, without what changes by the clock alone ("3 days ago")."""
    facts = part(page, '<dl class="facts">', "</dl>")
    rule = part(page, '<div class="rule">', "</div>")
    level = part(page, '<p class="level-line">', "</p>")
    change = re.search(r"<b>[^<]*</b> ([^<]*)</p>", page[page.find("</dl>"):])
    rows = re.findall(r'<ol class="ev">.*?</ol>', page, re.S)
    words = re.findall(r'<span class="ev-what">(.*?)</span>', rows[0], re.S) if rows else []
    strip = lambda s: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(s))).strip()
    return [strip(level), strip(rule), strip(facts), change and strip(change[1]), [strip(w) for w in words]]


def reason_on(page):
    strip = lambda s: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(s))).strip()
    return [strip(part(page, '<p class="lead">', "</p>")), strip(part(page, '<div class="rule">', "</div>")), strip(part(page, '<dl class="facts">', "</dl>")), strip(part(page, '<ul class="plan">', "</ul>"))]


class Screens:
    def __init__(self, port, school, need):
        self.school, self.need = school, need
        self.clients = {}
        for key in ("student", "teacher", "guardian"):
            c = Client(port)
            assert c.sign_in(school.users[key].username, school.users[key].password).status == 303
            self.clients[key] = c

    def get(self, key, path, as_of):
        reply = self.clients[key].get(path + (("&" if "?" in path else "?") + f"as_of={as_of}" if as_of else ""))
        assert reply.status == 200, (path, reply)
        return reply

    def look(self, competencies, course, as_of=None):
        me, seen = self.school.student.id, {}
        klass = self.school.classes["c1"]
        for k in competencies:
            seen["why", k] = shown_on(self.get("student", f"/why?c={k}", as_of).text)
            seen["family", k] = shown_on(self.get("guardian", f"/why/{me}?c={k}", as_of).text)
            seen["cell", k] = shown_on(self.get("teacher", f"/class/{klass}/cell?learner={me}&competency={k}", as_of).text)
            why = self.get("student", f"/api/v1/learners/{me}/mastery/{k}/why", as_of).json
            seen["api", k] = [why[x] for x in ("level", "p_known", "rule", "missing", "steps", "policy_version")]
        seen["levels"] = self.get("teacher", f"/api/v1/learners/{me}/mastery", as_of).json["competencies"]
        seen["grades"] = self.get("student", f"/api/v1/learners/{me}/grades", as_of).json["courses"]
        seen["grade"] = reason_on(self.get("guardian", f"/grade/{me}?course={course}", as_of).text)
        seen["pace"] = reason_on(self.get("student", f"/pace/{me}?need={self.need}", as_of).text)
        return seen

    def close(self):
        for c in self.clients.values():
            c.close()


def test_as_of_a_day_is_what_the_screens_showed_on_it(db, school, serve, tmp_path):
    rng, ledger, kept = random.Random(11), Ledger(school), []
    begin = datetime.datetime.now(datetime.timezone.utc).replace(hour=15, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1)
    stamp = lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
    me = school.student.id
    [[course]] = db.rows(f"SELECT c.course_id FROM enrollment e JOIN class c ON c.class_id = e.class_id WHERE e.user_id = {me}")
    [[uri]] = db.rows(f"SELECT f.uri FROM framework f JOIN competency c ON c.framework_id = f.framework_id WHERE c.competency_id = {school.competencies['urn:oatutor:skill:simplify_fractions']}")
    asked = tmp_path / "requirements.json"
    asked.write_text(json.dumps({"requirements": [{"id": "skills", "title": "Skills", "for": "graduation", "by_grade": "12", "kind": "competencies", "competencies": uri, "need": 3}]}))
    waymark("policy", "set", asked, "--db", db.url, "--reason", "as agreed")
    for day in range(DAYS):
        at = begin + datetime.timedelta(days=31 * day)
        if day in POLICIES:
            doc = tmp_path / f"{day}.json"
            doc.write_text(json.dumps(POLICIES[day]))
            waymark("--now", stamp(at - datetime.timedelta(hours=3)), "policy", "set", doc, "--db", db.url, "--reason", f"day {day}", "--effective", "now")
        server = serve("--now", stamp(at))
        s = Screens(server.port, school, "skills")
        competencies = [k["competency_id"] for k in s.clients["teacher"].get(f"/api/v1/classes/{school.classes['c1']}/mastery").json["competencies"]]
        for _ in range(rng.randint(3, 6)):
            assert ledger.post(s.clients["student"], ledger.new("student", rng)).status == 200
        form = {"client_id": f"school-year-{day}", "competency": rng.choice(competencies), "learner": [me], "level": rng.randrange(4), "kind": rng.choice(["observation", "observation", "judgement"]), "note": "at the board"}
        assert s.clients["teacher"].post(f"/class/{school.classes['c1']}/observe", form=form).status == 303
        kept.append((at.date().isoformat(), competencies, s.look(competencies, course)))
        s.close()
        server.stop()
        assert waymark("--now", stamp(at + datetime.timedelta(hours=2)), "check", "--db", db.url, "--json").json["ok"], day
    assert len({json.dumps(seen["grades"]) for _, _, seen in kept}) > 2, "the year has grades that change"
    assert {seen["api", k][0] for _, ks, seen in kept for k in ks} >= {"started", "nearly", "secure"}, "and levels of all kinds"
    server = serve("--now", stamp(begin + datetime.timedelta(days=31 * DAYS)))
    s = Screens(server.port, school, "skills")
    for day, competencies, then in kept:
        now = s.look(competencies, course, as_of=day)
        for what in then:
            assert now[what] == then[what], (day, what)
    s.close()
