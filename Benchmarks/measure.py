#!/usr/bin/env python3
"""Runs the contenders of a benchmark in turn, and prints medians side by side.

measure.py WORK ROUNDS [RESULTS]: WORK is the folder that `run` prepared; RESULTS is a file to write, too.
"""

import datetime, json, os, platform, random, statistics, subprocess, sys, time

work, rounds = sys.argv[1], int(sys.argv[2])
results = sys.argv[3] if len(sys.argv) > 3 else None
plan = json.load(open(f"{work}/plan.json"))
has_release = plan["released_size"] > 0
lines = []
PHASES = ["checks before", "mints", "command and burn", "confirmation", "the end"]


def say(text=""):
    print(text, flush=True)
    lines.append(text)


def log_position():
    return os.path.getsize(f"{work}/access.log")


def requests_since(position, wanted):
    """The requests that the servers answered since then; they are written when the answer is."""
    deadline = time.time() + 0.5
    while True:
        with open(f"{work}/access.log") as log:
            log.seek(position)
            rows = [row.split() for row in log.read().splitlines()]
        if len(rows) >= wanted or time.time() > deadline:
            return rows
        time.sleep(0.002)


def failure(status, rows, contender):
    """Why a run does not count, or nothing: it has to have got an API token from the index, by as many requests as always."""
    if status:
        return f"ended with {status}"
    if any(row[4] not in ("200", "202") for row in rows):
        return "a server refused"
    if len(rows) != contender.get("requests", 0):
        return f"made {len(rows)} requests and not {contender.get('requests', 0)}"
    paths = [row[3] for row in rows if row[2] == "POST"]
    if rows and not any(path.endswith("/mint-token") for path in paths):
        return "made no exchange"
    if contender.get("publishes"):
        listed = sum(row[3].startswith("/simple/") for row in rows)
        return None if listed == 4 else f"asked the simple indexes {listed} times"
    if contender.get("uploads"):
        # The index takes an upload with the API token alone.
        return None if "/legacy/" in paths else "made no upload"
    return "did not print the API token" if rows and plan["token"] not in open(f"{work}/output").read() else None


def run(contender, rtt):
    environment = {"PATH": "/usr/bin:/bin", "HOME": work, **contender.get("env", {})}
    for name in os.listdir(f"{work}/listed"):
        os.remove(f"{work}/listed/{name}")
    position = log_position()
    with open(f"{work}/output", "w+") as output, open(f"{work}/error", "w+") as error:
        reading, writing = os.pipe()
        command = ["/bin/sh", "-c", 'exec 3>&"$0" && exec "$@"', str(writing), f"{work}/launch", *contender["argv"]]
        subprocess.run(command, env=environment, stdout=output, stderr=error, stdin=subprocess.DEVNULL, pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as pipe:
            status, wall, cpu, peak, start = map(int, pipe.read().split())
    rows = requests_since(position, contender.get("requests", 0))
    if reason := failure(status, rows, contender):
        shown = "\n".join(open(f"{work}/{name}").read().strip() for name in ("output", "error"))
        seen = "\n".join(" ".join(row[2:]) for row in rows)
        raise SystemExit(f"{contender['name']}, round-trip time {rtt} ms: {reason}\n{shown}\nThe servers saw:\n{seen}")
    # The answer is written half a round trip before the client has it.
    minted = [float(row[0]) * 1e6 - start + rtt * 500 for row in rows if row[3].endswith("/mint-token")]
    return {
        "wall": wall / 1000, "cpu": cpu / 1000, "peak": peak / 1024, "requests": len(rows),
        "connections": len({row[1] for row in rows}), "minted": minted[0] / 1000 if minted else None,
        "phases": phases(rows, start, wall, rtt) if contender.get("publishes") else None,
    }


def phases(rows, start, wall, rtt):
    """What exec was busy with, in ms: each part ends when its last answer has come; and its requests and connections."""
    parts = {name: {"ms": 0.0, "requests": 0, "connections": set()} for name in PHASES}
    last, mints, checks = 0.0, 0, 0
    for row in sorted(rows, key=lambda row: float(row[0])):
        path = row[3]
        is_later = path.endswith("/audience") and row[5] == "upload.pypi.org"
        if path.endswith("/burn-token"):
            name = "command and burn"
        elif path.startswith("/simple/"):
            name = "confirmation" if mints else "checks before"
        else:
            # The later target is asked for its audience before the first mint, too.
            name = "checks before" if is_later and not mints else "mints"
        mints += path.endswith("/mint-token")
        came = (float(row[0]) * 1e6 - start) / 1000 + rtt / 2
        parts[name]["ms"] += max(0.0, came - last)
        parts[name]["requests"] += 1
        parts[name]["connections"].add(row[1])
        last = max(last, came)
    parts["the end"]["ms"] = max(0.0, wall / 1000 - last)
    return {name: (part["ms"], part["requests"], len(part["connections"])) for name, part in parts.items()}


def measure(contenders, rtt, count):
    samples = {contender["name"]: [] for contender in contenders}
    for number in range(-1, count):
        # An order of its own for each round, so that no one is always behind the same other.
        for contender in random.Random(number).sample(contenders, len(contenders)):
            sample = run(contender, rtt)
            if number >= 0:
                samples[contender["name"]].append(sample)
    return samples


def median(samples, key):
    values = [sample[key] for sample in samples if sample[key] is not None]
    return statistics.median(values) if values else None


def least(samples, key):
    return min(sample[key] for sample in samples if sample[key] is not None)


def verdict(name, value, limit, unit):
    say(f"- {name}: {value:.2f} {unit}, target at most {limit:.2f} {unit}: {'met' if value <= limit else 'MISSED'}")


def table(samples, floor):
    base = median(samples[floor], "minted") or median(samples[floor], "wall")
    say("| | wall ms | least | time to mint ms | to the floor | CPU ms | peak MiB | requests | connections |")
    say("|---|---|---|---|---|---|---|---|---|")
    for name, taken in samples.items():
        minted = median(taken, "minted")
        say(
            f"| {name} | {median(taken, 'wall'):.1f} | {least(taken, 'wall'):.1f} | "
            + (f"{minted:.1f} | {minted / base:.2f}" if minted else "- | -")
            + f" | {median(taken, 'cpu'):.1f} | {median(taken, 'peak'):.1f} | {median(taken, 'requests'):.0f}"
            + f" | {median(taken, 'connections'):.0f} |"
        )
    say()


say("# Results")
say()
say(f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, {rounds} interleaved rounds, medians.")
say()
for name, text in plan["versions"].items():
    say(f"- {name}: {text}")
system = platform.freedesktop_os_release()["PRETTY_NAME"]
with open("/proc/cpuinfo") as file:
    model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
say(f"- machine: {os.cpu_count()} x {model}, {system}, Linux {platform.release()}; load {os.getloadavg()[0]:.1f}")
say()

say("## Size and start")
say()
start = measure(plan["start"], 0, rounds * 5)
nothing, version = start["a C program that does nothing"], start["token-broker --version"]
say("| | wall ms | least | CPU ms | peak MiB |")
say("|---|---|---|---|---|")
for name, taken in start.items():
    say(
        f"| {name} | {median(taken, 'wall'):.2f} | {least(taken, 'wall'):.2f} | {median(taken, 'cpu'):.2f}"
        + f" | {median(taken, 'peak'):.1f} |"
    )
say()
verdict("size, stripped", plan["size"] / 1048576, 16, "MiB")
verdict("start to --version", median(version, "wall"), 2 * median(nothing, "wall") + 5, "ms")
if has_release:
    verdict("size of the release, stripped", plan["released_size"] / 1e6, 15, "MB")
    verdict("size of the release, wheel", plan["wheel"] / 1e6, 6, "MB")
    static, version = start["static floor --version"], start["token-broker --version, released"]
    limit = min(1.5, 1.3 * median(static, "wall") + 0.5)
    verdict("start to --version, released (1.5 ms, and 1.3 times the static floor and 0.5 ms)", median(version, "wall"), limit, "ms")
    limit = min(1.5, 1.3 * least(static, "wall") + 0.5)
    verdict("the same of the least times", least(version, "wall"), limit, "ms")
say()

def verdicts_of_release(taken, rtt):
    ours, floor = taken["token-broker, released"], taken["static floor"]
    if rtt:
        verdict("released, to the static floor", median(ours, "minted") / median(floor, "minted"), 1.03, "x")
    else:
        verdict("released, above the static floor", median(ours, "minted") - median(floor, "minted"), 2, "ms")
        verdict("released, CPU above the static floor", median(ours, "cpu") - median(floor, "cpu"), 2, "ms")
        verdict("released, peak memory", median(ours, "peak"), 12, "MiB")
    names = [name for name in taken if "token-broker" not in name and "floor" not in name]
    best = min(names, key=lambda name: median(taken[name], "minted"))
    limit = median(taken[best], "minted")
    verdict(f"released, time to mint, first of the peers that were measured (next is {best})", median(ours, "minted"), limit, "ms")


slopes = {}
for rtt in sorted(map(int, plan["hosts"])):
    say(f"## A mint over https at a round-trip time of {rtt} ms")
    say()
    with open(f"{work}/hosts", "w") as hosts:
        hosts.write(plan["hosts"][str(rtt)] + "\n")
    contenders = plan["mint"] + (plan["peers"] if rtt else plan["peers"] + plan["roots"])
    taken = measure(contenders, rtt, rounds)
    table(taken, "floor")
    ours, floor = taken["token-broker"], taken["floor"]
    if rtt == 0:
        verdict("above the floor", median(ours, "wall") - median(floor, "wall"), 4, "ms")
        verdict("peak memory, hashed folder", median(ours, "peak"), 24, "MiB")
        verdict("peak memory, bundle", median(taken["token-broker, bundle"], "peak"), 32, "MiB")
    else:
        verdict("to the floor", median(ours, "wall") / median(floor, "wall"), 1.05, "x")
        peers = {contender["name"]: median(taken[contender["name"]], "minted") for contender in plan["peers"]}
        best = min(peers, key=peers.get)
        verdict(f"time to mint, first of the peers that were measured (next is {best})", median(ours, "minted"), peers[best], "ms")
    verdict("CPU above the floor", median(ours, "cpu") - median(floor, "cpu"), 5, "ms")
    if has_release:
        verdicts_of_release(taken, rtt)
    say()
    for name, samples in taken.items():
        slopes.setdefault(name, {})[rtt] = least(samples, "minted")

say("## exec around a command that does nothing, over two targets")
say()
say("TestPyPI, then PyPI, one wheel, by the released program where one is measured; each part for both targets, until its last "
    "answer has come. CPU is that of all processes, the two commands among them.")
say()
say("| round-trip time | wall ms | " + " | ".join(PHASES) + " | CPU ms | requests | connections |")
say("|---|---|" + "---|" * (len(PHASES) + 3))
execs, added = {}, {}
for rtt in sorted(map(int, plan["hosts"])):
    with open(f"{work}/hosts", "w") as hosts:
        hosts.write(plan["hosts"][str(rtt)] + "\n")
    both = measure(plan["exec"], rtt, rounds)
    taken = execs[rtt] = both["exec over two targets"]
    added[rtt] = median(taken, "cpu") - 2 * median(both["the command alone"], "cpu")
    cells = [f"{statistics.median(sample['phases'][name][0] for sample in taken):.1f}" for name in PHASES]
    say(f"| {rtt} ms | {median(taken, 'wall'):.1f} | " + " | ".join(cells)
        + f" | {median(taken, 'cpu'):.1f} | {median(taken, 'requests'):.0f} | {median(taken, 'connections'):.0f} |")
say()
far, near = max(execs), sorted(execs)[-2]
say(f"Round trips: the slope of each part's least time between round-trip times of {near} and {far} ms.")
say()
say("| | round trips | requests | connections |")
say("|---|---|---|---|")
for name in PHASES[:-1]:
    slope = (min(s["phases"][name][0] for s in execs[far]) - min(s["phases"][name][0] for s in execs[near])) / (far - near)
    requests, connections = execs[far][0]["phases"][name][1:]
    say(f"| {name} | {slope:.1f} | {requests} | {connections} |")
say()
for rtt, cpu in added.items():
    verdict(f"CPU that exec adds to its two commands at a round-trip time of {rtt} ms", cpu, 15, "ms")
say()

ends = sorted(map(int, plan["hosts"]))
say("## Round trips")
say()
say(f"The slope of the least time to mint between round-trip times of {ends[1]} and {ends[-1]} ms.")
say()
say("| | round trips |")
say("|---|---|")
for name, times in slopes.items():
    if ends[-1] in times:
        say(f"| {name} | {(times[ends[-1]] - times[ends[1]]) / (ends[-1] - ends[1]):.1f} |")
if results:
    with open(results, "w") as file:
        file.write("\n".join(lines) + "\n")
