"""The rule that secure means it lasts, a second time: the belief as one normal of all that a student's answers tell of (docs/models.md),
and the steps of the rule (docs/policy.md). Only what the API shows goes in."""
import datetime
import math

STUDENT_SD, OWN_SD, EASE, EASE_SD = .9, .8, 1.1, .9
GAIN, GAIN_VAR, FADING, DECAY, DRIFT = .08, .004, .6, .4, .003
WARM_STEP, WARM_MOST, SLIP, HARDNESS_SD, DECAY_DOUBT = .35, 1.0, .085, .6, .3
CAREFUL = 1.1  # standard deviations below the mean


def logistic(x):
    return 1 / (1 + math.exp(-x))


def newness(n):
    return .1 if n < 3 else 0.0


class Belief:
    """Mean and covariance of [student, skill, skill, …], where x = student + skill."""

    def __init__(self):
        self.at = {}  # skill: place
        self.mean, self.cov = [0.0], [[STUDENT_SD ** 2]]
        self.fades, self.count, self.today, self.day = [0.0], [0], [0], [None]

    def meet(self, skill):
        if skill not in self.at:
            self.at[skill] = len(self.mean)
            for row in self.cov:
                row.append(0.0)
            self.mean.append(EASE)
            self.cov.append([0.0] * (len(self.mean) - 1) + [OWN_SD ** 2 + EASE_SD ** 2])
            self.fades.append(0.0), self.count.append(0), self.today.append(0), self.day.append(None)
        return self.at[skill]

    def gone(self, i, day):
        """What the days since have taken, and the doubt that they have brought."""
        if self.day[i] is None or day <= self.day[i]:
            return 0.0, 0.0
        lost = self.fades[i] * (1 - (1 + day - self.day[i]) ** -DECAY)
        return lost, DRIFT * (day - self.day[i]) + (DECAY_DOUBT * lost) ** 2

    def careful(self, skill, day):
        i = self.at[skill]
        lost, doubt = self.gone(i, day)
        var = self.cov[0][0] + 2 * self.cov[0][i] + self.cov[i][i] + doubt
        return logistic(self.mean[0] + self.mean[i] - lost - CAREFUL * math.sqrt(var))

    def learn(self, skills, day, right, guess):
        """right: None where it tells nothing. guess: right without knowing."""
        places = [self.meet(k) for k in skills]
        for i in places:
            lost, doubt = self.gone(i, day)
            self.mean[i] -= lost
            self.fades[i] -= lost
            self.cov[i][i] += doubt
            if self.day[i] is None or day > self.day[i]:
                self.today[i], self.day[i] = 0, day
        if right is not None:
            self.observe(places, right, guess)
        for i in places:
            gain = GAIN * 2 * (1 - logistic(self.mean[0] + self.mean[i]))
            self.mean[i] += gain
            self.fades[i] += gain * FADING
            self.cov[i][i] += GAIN_VAR
            self.count[i] += 1
            self.today[i] += 1

    def observe(self, places, right, guess):
        w = [0.0] * len(self.mean)
        w[0] = 1.0
        for i in places:
            w[i] = 1 / len(places)
        c = [sum(a * b for a, b in zip(row, w)) for row in self.cov]
        var = sum(a * b for a, b in zip(c, w))
        x = sum(a * b for a, b in zip(self.mean, w)) + sum(min(WARM_MOST, WARM_STEP * self.today[i]) - newness(self.count[i]) for i in places) / len(places)
        narrow = 1 / math.sqrt(1 + math.pi / 8 * (var + HARDNESS_SD ** 2))
        known = logistic(narrow * x)
        slope = (1 - SLIP - guess) * narrow * known * (1 - known)
        bend = slope * narrow * (1 - 2 * known)
        p, sign = guess + (1 - SLIP - guess) * known, 1
        if not right:
            p, sign = 1 - p, -1
        by = sign * slope / p
        narrower = max(-.95, min(.5, (sign * bend / p - by * by) * var)) / var
        self.mean = [m + v * by for m, v in zip(self.mean, c)]
        self.cov = [[self.cov[i][k] + c[i] * c[k] * narrower for k in range(len(c))] for i in range(len(c))]
        for i in places:  # what skills of one question know of each other beyond the student is let go
            for k in range(1, len(c)):
                if k != i:
                    self.cov[i][k] = self.cov[k][i] = self.cov[0][i] * self.cov[0][k] / self.cov[0][0]


def school_days(a, b):
    """Monday to Friday after a day up to and with another; days since 1970, which began with a Thursday."""
    return sum((d + 3) % 7 < 5 for d in range(a + 1, b + 1))


class Level:
    def __init__(self, rule):
        self.r = rule
        self.today = self.lasts = 0
        self.first = None     # day of the first nearly
        self.shown = []       # later days on which it was shown
        self.secure = self.doubt = self.asked = self.ever_right = False

    def has_it(self):
        return self.today / 10000 >= self.r["nearly_at"] if self.asked else self.ever_right

    def nearly(self):
        return self.secure or (self.first is not None and self.has_it())

    def level(self):
        return 3 if self.secure else 2 if self.nearly() else 1

    def fact(self, day, nth, right, helped, asked, today, lasts):
        was = self.nearly()
        self.ever_right |= right
        if nth > 2:
            return  # practice, beyond two answers a day
        self.asked |= asked
        self.today, self.lasts = int(today * 10000 + .5), int(lasts * 10000 + .5)
        gentle = right or (helped and self.r["after_hint"] == "practice")
        if was and gentle and not self.has_it():
            self.today = int(self.r["nearly_at"] * 10000 + .5)
        if self.secure:
            if right:
                self.doubt = False
            elif helped or not self.doubt:
                self.doubt = True
            else:  # wrong twice
                self.doubt = self.secure = False
                self.first, self.shown = day, []
        elif self.first is None:
            if right and self.has_it():
                self.first = day
                self.shown = [] if self.asked else [day]
        else:
            last = self.shown[-1] if self.shown else self.first
            if right and len(self.shown) < 2 and day > self.first and day > last:
                if not self.shown or not self.asked or school_days(self.first, day) >= self.r["gap_days"]:
                    self.shown.append(day)
            self.secure = len(self.shown) == 2 and (not self.asked or self.lasts / 10000 >= self.r["secure_at"])


def replay(rule, facts):
    """{skill: Level} after facts: each (day, skills, kind, score, hints, guess), in their order."""
    belief, levels = Belief(), {}
    for day, skills, kind, score, hints, guess in facts:
        right = not hints and score >= (1 if kind == "response" else rule["seen_right_at"])
        belief.learn(skills, day, None if hints and rule["after_hint"] == "practice" else right, guess)
        for k in skills:
            i = belief.at[k]
            levels.setdefault(k, Level(rule)).fact(belief.day[i], belief.today[i], right, hints > 0, kind == "response", belief.careful(k, belief.day[i]), belief.careful(k, belief.day[i] + 7))
    return levels


def guess_of(school, step):
    asked = school.by_id[step["item_id"]]["doc"]["interaction"] if step["kind"] == "response" else {}
    return 1 / len(asked["choices"]) if asked.get("type") == "choice" else 0.0


def facts_of(whys, school):
    """What counted, from the why of each competency; one choice of so many may be guessed. The day is that of the answer in UTC, which is the school's where nobody answers at night."""
    facts = {}
    for why in whys:
        for s in why["steps"]:
            if s["counted"] and s["kind"] != "judgement":
                day = (datetime.date.fromisoformat(s["at"][:10]) - datetime.date(1970, 1, 1)).days
                facts.setdefault(int(s["evidence_id"]), [day, [], s["kind"], s["score"], s["hints"], guess_of(school, s)])[1].append(why["competency_id"])
    return [facts[i] for i in sorted(facts)]
