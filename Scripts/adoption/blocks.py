"""Writes each workflow and pipeline that a page of the documentation shows into a file of its own, to be run.

Usage: blocks.py FOLDER PAGE...

Prints a line for each job that publishes: the provider, the file, the job, and the page. Jobs that sign attestations need
Sigstore, and are left out: `examples.py` looks at them as at all others.
"""

import os
import re
import sys

import yaml

PUBLISHES = re.compile(r"token-broker (exec|mint)\b")


def publishes(job):
    steps = job.get("steps") or []
    lines = [step.get("run", "") for step in steps] + [str(line) for line in job.get("script") or []]
    return any(PUBLISHES.search(line) for line in lines) or any("/token-broker@" in step.get("uses", "") for step in steps)


def main():
    for page in sys.argv[2:]:
        text = open(page, encoding="utf-8").read()
        for number, block in enumerate(re.findall(r"^```ya?ml\n(.*?)^```", text, re.M | re.S)):
            document = yaml.safe_load(block)
            if not isinstance(document, dict) or "attestations" in block:
                continue
            is_github = "jobs" in document
            path = os.path.join(sys.argv[1], f"{os.path.basename(page)}-{number}.yml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(block)
            jobs = document["jobs"] if is_github else document
            for name, job in jobs.items():
                if isinstance(job, dict) and publishes(job):
                    print("github" if is_github else "gitlab", path, name, page)


main()
