#!/usr/bin/env python3
"""Runs what `serve` planned below valgrind, and lists the functions that ran, as Scripts/release-order reads them.

order.py WORK ROUNDS LIST: those of a start come first, then those of a mint, then those of an exec.
"""

import bisect
import importlib.machinery
import importlib.util
import json
import re
import subprocess
import sys

work, target = sys.argv[1], sys.argv[3]
plan = json.load(open(f"{work}/plan.json"))
loader = importlib.machinery.SourceFileLoader("release_order", "Scripts/release-order")
release_order = importlib.util.module_from_spec(importlib.util.spec_from_loader("release_order", loader))
loader.exec_module(release_order)

HEADER = """\
# The functions that a start, a mint and an exec run, each as the first 32 bits of the SHA-256 of its name: Scripts/release-order puts
# them side by side. Written by Benchmarks/order.
"""

found = subprocess.run(["nm", "-n", f"{work}/token-broker"], capture_output=True, check=True, text=True)
names = {}
for line in found.stdout.splitlines():
    words = line.split()
    if len(words) == 3 and words[1] in "tTwWiV":
        names.setdefault(int(words[0], 16), []).append(words[2])
starts = sorted(names)


def functions(contender):
    """Where the functions begin that a contender of the plan runs."""
    with open(f"{work}/hosts", "w") as hosts:
        hosts.write(plan["hosts"]["0"] + "\n")
    environment = {"PATH": "/usr/bin:/bin", "HOME": work, **contender.get("env", {})}
    profile = f"{work}/profile"
    command = ["valgrind", "--tool=callgrind", "--dump-instr=yes", f"--callgrind-out-file={profile}", *contender["argv"]]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{contender['name']}: status {done.returncode}\n{done.stderr}")
    ran, place = set(), 0
    with open(profile) as lines:
        # Callgrind Format Specification, "Subposition Compression": an address, or the distance to the one before.
        for line in lines:
            if match := re.match(r"([+-]?)(0x[0-9a-f]+|\d+) ", line):
                number = int(match[2], 0)
                place = place + number if match[1] == "+" else place - number if match[1] == "-" else number
                ran.add(starts[bisect.bisect_right(starts, place) - 1])
    return ran


def planned(part, name):
    return next(contender for contender in plan[part] if contender["name"] == name)


listed, seen = [], set()
for contender in [
    planned("start", "token-broker --version"), planned("mint", "token-broker"), planned("exec", "exec over two targets")
]:
    ran = functions(contender) - seen
    seen |= ran
    print(f"{contender['name']}: {len(ran)} functions", flush=True)
    listed += [release_order.mark(min(names[start], key=lambda name: (len(name), name))) for start in sorted(ran)]
with open(target, "w") as file:
    file.write(HEADER)
    for start in range(0, len(listed), 14):
        file.write(" ".join(listed[start:start + 14]) + "\n")
