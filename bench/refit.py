"""The nightly refit of a district: time by part, memory, how long answers wait meanwhile, and how soon it stops when told to.

Times of the parts are of the processor, of one core: other work on the machine does not move them much. The bars: each part as quick as the
engine's own bench says, memory under twice the packed histories, and answers that wait no longer than without it.

usage: refit.py [--students 1000,10000] [--each 2000] [--only sqlite|postgresql]
"""
import http.client
import json
import os
import random
import signal
import subprocess
import tempfile
import threading
import time

from common import WAYMARK, Serving, districts, items_of, learners_of, remember, store_facts, tokens, waymark

# Students of differing strength, who learn, on questions of differing difficulty: what there is to be fitted.
X = "(s.n * 7919 + u.user_id % 1000003 * 131)"
CHANCE = f"{X} % 2147483647 * ({X} % 2147483647) % 2147483647 * 48271 % 2147483647 % 1000"
RIGHT = CHANCE + " < 300 + 300 * (u.user_id % 1000003 * 48271 % 1000) / 1000 + 250 * s.n / {each} + 150 * (i.k * 7919 % 1000) / 1000"


def run(db, *more, out=None, err=None):
    return subprocess.Popen(["nice", "-n", "15", WAYMARK, "model", "refit", "--json", "--db", db.url, *more], stdout=out, stderr=err or subprocess.DEVNULL, text=True)


def refit(db, *more):
    """What it said, its wall time, its processor time and its memory, as the system counts them."""
    with tempfile.TemporaryFile("w+") as said:
        begin = time.monotonic()
        process = run(db, *more, out=said)
        _, status, used = os.wait4(process.pid, 0)
        took = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"the refit ended with {process.returncode}")
        said.seek(0)
        return json.load(said), took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


class Answering:
    """A few students who answer, each every 20 ms or so; how long each answer took."""

    def __init__(self, server, db, students=4):
        learners = learners_of(db)[:students]
        token = tokens(db, [l for l, _ in learners])
        items = items_of(db)
        self.times, self.going = [], True
        self.threads = [threading.Thread(target=self.student, args=(server, token[l], [(i, r) for c, i, kind, r in items if c == course and kind == "choice"])) for l, course in learners]
        for t in self.threads:
            t.start()

    def student(self, server, token, items):
        connection = http.client.HTTPConnection(server.base.split("//")[1].rstrip("/"), timeout=60)
        while self.going:
            item, response = random.choice(items)
            self.times.append(server.answer(connection, token, item, response, random.randrange(1, 1 << 30)))
            time.sleep(.02)

    def so_far(self):
        """The times since the last call: half of them, 99 of 100 and all took at most so long."""
        times, self.times = sorted(self.times), []
        if not times:
            raise SystemExit("no answer was taken")
        return [times[min(len(times) - 1, int(len(times) * q))] for q in (.5, .99, 1)]

    def stop(self):
        self.going = False
        for t in self.threads:
            t.join()


def stop_within_a_fit(db):
    """Seconds from the word to stop until it is gone."""
    process = run(db, "--dry-run", out=subprocess.DEVNULL, err=subprocess.PIPE)
    for line in process.stderr:
        if line.startswith("fitting"):
            break
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.stderr.read()
    if process.wait() != 1:
        raise SystemExit("it did not stop")
    return time.monotonic() - begin


def size_mib(db):
    return (os.path.getsize(db.url) if db.kind == "sqlite" else int(db.rows("SELECT pg_database_size(current_database())")[0][0])) / (1 << 20)


def measure(db, students, each):
    store_facts(db, each, RIGHT.format(each=each))
    waymark("rebuild", "--db", db.url)  # packs the histories
    packed = int(db.rows("SELECT SUM(LENGTH(packed)) FROM history")[0][0]) / (1 << 20)
    size = size_mib(db)
    stopped = stop_within_a_fit(db)
    dry, *_ = refit(db, "--dry-run")
    server = Serving(db, "--refit", "off")
    answering = Answering(server, db)
    time.sleep(2)
    answering.so_far()
    time.sleep(10)
    before = answering.so_far()
    said, wall, processor, memory = refit(db)
    during = answering.so_far()
    answering.stop()
    server.stop()
    parts = said["processor_seconds"]
    facts = students * each
    print(f"  {db.kind:10} {students:6,} students {facts:11,} facts, {size:,.0f} MiB, {packed:,.0f} MiB of them packed: {processor:.2f} s of processor, {wall:.2f} s in all, {memory:,.0f} MiB; skills {said['verdict']}, questions {said['questions']['verdict']}")
    for name in parts:
        print(f"      {name:18} {parts[name]:8.3f} s {parts[name] * 1e9 / facts:8.1f} ns a fact   (alone {dry['processor_seconds'][name]:.3f} s)")
    print(f"      answers meanwhile: p50 {during[0]:.1f} ms, p99 {during[1]:.1f} ms, most {during[2]:.1f} ms; before it {before[0]:.1f}, {before[1]:.1f}, {before[2]:.1f}; told to stop while it fits, gone after {stopped:.2f} s")
    remember("refit", database=db.kind, students=students, facts=facts, size_mib=round(size), packed_mib=round(packed), wall_s=round(wall, 2), processor_s=round(processor, 2), memory_mib=round(memory),
             **{f"{k}_s": round(v, 3) for k, v in parts.items()}, p99_ms=round(during[1], 1), most_ms=round(during[2], 1), p99_before_ms=round(before[1], 1), most_before_ms=round(before[2], 1), stopped_s=round(stopped, 2))


for db, students, each, _ in districts("1000,10000"):
    measure(db, students, each)
