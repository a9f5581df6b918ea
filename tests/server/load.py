"""Students at work at the same time, and a ledger of what was sent and what was acknowledged."""
import http.client
import random
import threading
import time
import uuid

from client import Client
from school import LOAD


class Sent:
    def __init__(self, key, body):
        self.key, self.body = key, body
        self.evidence_id = None   # once acknowledged
        self.score = None
        self.sent_at = self.acked_at = None


class Ledger:
    def __init__(self, school):
        self.school = school
        self.all = {}           # (learner, client_id): Sent
        self.lock = threading.Lock()
        self.refused = []       # (status, code) of clear errors
        self.odd = []           # what should never be seen

    def acked(self):
        with self.lock:
            return [s for s in self.all.values() if s.evidence_id]

    def post(self, client, sent, again=False):
        sent.sent_at = time.monotonic()
        r = client.post("/api/v1/me/answers", sent.body)
        at = time.monotonic()
        with self.lock:
            if r.status == 200:
                if sent.evidence_id and r.json["evidence_id"] != sent.evidence_id:
                    self.odd.append(f"{sent.body['client_id']}: {sent.evidence_id}, then {r.json['evidence_id']}")
                if sent.evidence_id and r.json["score"] != sent.score:
                    self.odd.append(f"{sent.body['client_id']}: scored {sent.score}, then {r.json['score']}")
                if not r.json["evidence_id"]:
                    self.odd.append(f"{sent.body['client_id']}: no evidence: {r}")
                sent.evidence_id, sent.score, sent.acked_at = r.json["evidence_id"], r.json["score"], at
            elif r.status in (500, 503, 507):
                self.refused.append((r.status, r.code))
            else:
                self.odd.append(f"{r}")
        return r

    def new(self, key, rng):
        item = rng.choice([i for i in self.school.items.values() if i["course"] == "co1"])
        response = (self.school.right if rng.random() < 0.6 else self.school.wrong)(item["id"])
        body = {"client_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)), "item_id": item["id"], "variant": rng.randrange(1000), "response": response, "hints": rng.randrange(2), "took_ms": 1000}
        sent = Sent(key, body)
        with self.lock:
            self.all[self.school.users[key].id, body["client_id"]] = sent
        return sent

    def resend(self, port):
        clients = {}
        for sent in list(self.all.values()):
            c = clients.setdefault(sent.key, Client(port, self.school.users[sent.key].token))
            r = self.post(c, sent, again=True)
            assert r.status == 200, r
        for c in clients.values():
            c.close()

    def hold_against(self, db):
        """Every acknowledged answer is there once, under its id, and nothing that nobody sent."""
        assert not self.odd, self.odd[:5]
        rows = db.rows("SELECT learner_id, client_id, evidence_id FROM evidence_response")
        stored = {(a, b): c for a, b, c in rows}
        assert len(stored) == len(rows)
        for (learner, client_id), sent in self.all.items():
            if sent.evidence_id:
                assert stored.get((learner, client_id)) == sent.evidence_id, f"acknowledged, and lost: {client_id}"
        invented = set(stored) - set(self.all)
        assert not invented, f"stored, and never sent: {invented}"
        facts = db.rows("SELECT learner_id, client_id, evidence_id FROM evidence")
        assert sorted(facts) == sorted(rows), "facts and responses do not agree"
        assert len({f[2] for f in facts}) == len(facts)
        db.sound()


class Students:
    """Threads that answer until told to stop, or until the server has gone."""

    def __init__(self, ledger, port, seed, keys=None, patient=False):
        self.ledger, self.port, self.patient = ledger, port, patient
        self.stopped = threading.Event()
        self.acks = 0
        self.threads = [threading.Thread(target=self.work, args=(k, random.Random(f"{seed}-{k}")), daemon=True) for k in keys or [f"load{i}" for i in range(LOAD)]]
        for t in self.threads:
            t.start()

    def work(self, key, rng):
        client = Client(self.port, self.ledger.school.users[key].token, timeout=120)
        try:
            while not self.stopped.is_set():
                sent = self.ledger.new(key, rng)
                try:
                    if self.ledger.post(client, sent).status == 200:
                        self.acks += 1
                    else:
                        time.sleep(0.05)
                except (OSError, http.client.HTTPException):
                    if not self.patient:
                        return
                    time.sleep(0.05)
        except Exception as e:  # a broken test must not look like a passed one
            self.ledger.odd.append(repr(e))
        finally:
            client.close()

    def wait_for(self, acks, timeout=300):
        until = time.monotonic() + timeout
        while self.acks < acks:
            if time.monotonic() >= until:
                self.stopped.set()
            assert not self.stopped.is_set(), f"{self.acks} of {acks} answers after {timeout} s; {self.ledger.odd[:3]} {self.ledger.refused[-3:]}"
            time.sleep(0.002)

    def join(self):
        self.stopped.set()
        for t in self.threads:
            t.join(60)
            assert not t.is_alive()
