"""Runs a job of a GitLab pipeline the way a runner does, as far as this project's component and examples need it.

Usage: gitlab.py PIPELINE JOB [INPUT=VALUE...]

The component is taken from this checkout; an input of the type `array` is given as JSON, and inputs in the text of a script
are an injection. Of the sandbox's identity tokens the job gets the ones that its `id_tokens`
declares, by audience, under the names that stand there. INPUT replaces what the pipeline gives the component. The job runs
in a fresh checkout of the folder in ADOPTION_SOURCES, with the artifacts of earlier jobs, which the one in
ADOPTION_ARTIFACTS keeps.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INPUT = re.compile(r"\$\[\[\s*inputs\.([a-z0-9-]+)\s*\]\]")


def component(given):
    with open(os.path.join(ROOT, "templates/publish/template.yml"), encoding="utf-8") as file:
        header, body = yaml.safe_load_all(file)
    inputs = {name: spec.get("default") for name, spec in header["spec"]["inputs"].items()}
    for name, value in given.items():
        if name not in inputs:
            raise SystemExit(f"gitlab: the component has no input {name}")
        is_list = header["spec"]["inputs"][name].get("type") == "array" and isinstance(value, str)
        inputs[name] = json.loads(value) if is_list else value
    for job in body.values():
        if any(INPUT.search(line) for part in ("script", "before_script") for line in job[part] if isinstance(job[part], list)):
            raise SystemExit("gitlab: an input in a script is an injection")

    def fill(value):
        if isinstance(value, dict):
            return {fill(key): fill(part) for key, part in value.items()}
        if isinstance(value, list):
            return [fill(part) for part in value]
        if isinstance(value, str):
            whole = INPUT.fullmatch(value)
            return inputs[whole[1]] if whole else INPUT.sub(lambda match: inputs[match[1]], value)
        return value

    return fill(body)


def merged(base, change):
    if isinstance(base, dict) and isinstance(change, dict):
        return {**base, **{key: merged(base.get(key), part) for key, part in change.items()}}
    return change


def audience(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["aud"]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        pipeline = yaml.safe_load(file)
    replaced = dict(pair.split("=", 1) for pair in sys.argv[3:])
    jobs = {}
    for include in pipeline.get("include") or []:
        jobs = merged(jobs, component({**(include.get("inputs") or {}), **replaced}))
    jobs = merged(jobs, {name: job for name, job in pipeline.items() if name not in ("include", "stages")})
    job = jobs[sys.argv[2]]
    if "extends" in job:
        job = merged(jobs[job["extends"]], job)

    environment, tokens = {}, {}
    for name, value in os.environ.items():
        if name.endswith("_ID_TOKEN"):
            tokens[audience(value)] = value
        else:
            environment[name] = value
    for name, token in (job.get("id_tokens") or {}).items():
        # A token for an audience that the sandbox has no registry for is one that nobody there takes.
        if token["aud"] in tokens:
            environment[name] = tokens[token["aud"]]
    environment.update((name, value["value"] if isinstance(value, dict) else value)
                       for name, value in (job.get("variables") or {}).items())
    lines = (job.get("before_script") or []) + job["script"]
    with tempfile.TemporaryDirectory() as folder:
        checkout = environment["CI_PROJECT_DIR"] = os.path.realpath(folder)
        for place in (os.environ["ADOPTION_SOURCES"], os.environ["ADOPTION_ARTIFACTS"]):
            shutil.copytree(place, checkout, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(lines)], env=environment, stdin=subprocess.DEVNULL, cwd=checkout)
        for path in (job.get("artifacts") or {}).get("paths") or []:
            shutil.copytree(
                os.path.join(checkout, path), os.path.join(os.environ["ADOPTION_ARTIFACTS"], path), dirs_exist_ok=True)
    sys.exit(done.returncode)


main()
