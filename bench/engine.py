"""The engine by itself: what bench/engine.c measures, with one line in the history. Reads the public logs where they are (WAYMARK_SHARED).

usage: engine.py [bkt logistic irt cat fsrs online replay]
"""
import os
import subprocess
import sys

from common import ROOT, WAYMARK, remember

folder = os.path.dirname(os.path.abspath(WAYMARK))
subprocess.run(["ninja", "-C", folder, "--quiet", "bench/bench-engine"], check=True)
env = {"WAYMARK_SHARED": str(ROOT.parent / "shared"), **os.environ}
figures = {}
for line in subprocess.run([f"{folder}/bench/bench-engine", "--history", *sys.argv[1:]], env=env, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
    if line.startswith("= "):
        name, value = line[2:].split(",")
        figures[name] = value
    else:
        print(line, flush=True)
remember("engine", **figures)
