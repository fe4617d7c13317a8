"""Runs composite actions and jobs the way a GitHub runner does, as far as this project's actions and examples need it.

Usage: github.py action FOLDER [INPUT=VALUE...]
       github.py job WORKFLOW JOB [INPUT=VALUE...]

Steps run in order with bash, each with its own file of outputs; this project's actions are run from this checkout. Of the
actions of others, a job has those that bring files: actions/checkout takes them from the folder in ADOPTION_SOURCES,
actions/upload-artifact and actions/download-artifact keep them in the one in ADOPTION_ARTIFACTS. A job starts in an empty
workspace, so that it has no file but what its own steps bring. Prints the outputs of the action, or of each step, as JSON; ends with the status of the
step that failed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXPRESSION = re.compile(r"\$\{\{\s*([^}]*?)\s*\}\}")
FILES = ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_ENV", "GITHUB_STEP_SUMMARY")


class Run:
    """The steps of an action or a job; the search path is shared with what runs inside it."""

    def __init__(self, inputs, path, folder=None, variables=None, workspace=None, permissions=None):
        self.inputs, self.path, self.folder = inputs, path, folder
        self.variables, self.workspace, self.permissions = variables or {}, workspace, permissions
        self.steps, self.failed = {}, 0

    def lookup(self, expression):
        parts = expression.split(".")
        if len(parts) == 2 and parts[0] == "inputs":
            return self.inputs[parts[1]]
        if len(parts) == 4 and parts[0] == "steps" and parts[2] == "outputs":
            return self.steps.get(parts[1], {}).get(parts[3], "")
        raise SystemExit(f"github: there is no expression {expression}")

    def resolve(self, text):
        return EXPRESSION.sub(lambda match: self.lookup(match[1]), str(text))

    def is_wanted(self, step):
        """A step's condition: nothing, `always()`, and comparisons of one value with a text, joined by `&&`."""
        condition = step.get("if")
        if condition is None:
            return self.failed == 0
        parts = [part.strip() for part in condition.split("&&")]
        if "always()" not in parts and self.failed:
            return False
        for part in parts:
            compared = re.fullmatch(r"(\S+) (==|!=) '([^']*)'", part)
            if compared:
                if (self.lookup(compared[1]) == compared[3]) != (compared[2] == "=="):
                    return False
            elif part != "always()":
                raise SystemExit(f"github: there is no condition {part}")
        return True

    def run(self, steps):
        for step in steps:
            if self.is_wanted(step):
                self.run_step(step)

    def run_step(self, step):
        variables = {**self.variables, **{name: self.resolve(text) for name, text in (step.get("env") or {}).items()}}
        if "uses" in step:
            outputs = self.use(step, variables)
        else:
            outputs = self.script(step, variables)
        if "id" in step:
            self.steps[step["id"]] = outputs

    def use(self, step, variables):
        given = {name: self.resolve(text) for name, text in (step.get("with") or {}).items()}
        own = re.search(r"/token-broker(/setup)?@", step["uses"])
        if not own:
            if self.workspace:
                self.bring(step["uses"].partition("@")[0], given)
            return {}
        status, outputs, self.path = run_action(
            os.path.join(ROOT, (own[1] or "").strip("/")), given, self.path, variables, self.workspace)
        self.failed = self.failed or status
        return outputs

    def bring(self, action, given):
        """Does what the actions do that bring files into the workspace, or take them from there."""
        store = os.path.join(os.environ["ADOPTION_ARTIFACTS"], given.get("name", "artifact"))
        if action == "actions/checkout":
            self.check_out(given)
        elif action == "actions/download-artifact":
            shutil.copytree(store, os.path.join(self.workspace, given.get("path", ".")), dirs_exist_ok=True)
        elif action == "actions/upload-artifact":
            shutil.rmtree(store, ignore_errors=True)
            shutil.copytree(os.path.join(self.workspace, given["path"]), store)

    def check_out(self, given):
        """All files of the repository, or, with a pattern for each line, those that it names."""
        if self.permissions.get("contents") != "read":
            raise SystemExit("github: without contents: read a private repository cannot be checked out")
        for name in os.listdir(self.workspace):
            path = os.path.join(self.workspace, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        sources = os.environ["ADOPTION_SOURCES"]
        if "sparse-checkout" not in given:
            shutil.copytree(sources, self.workspace, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git", "dist"))
            return
        if given.get("sparse-checkout-cone-mode", "true").lower() != "false":
            raise SystemExit("github: the cone mode of sparse-checkout takes folders, and no files")
        for name in given["sparse-checkout"].split("\n"):
            # A pattern that matches nothing is no error.
            if name and os.path.isfile(os.path.join(sources, name)):
                os.makedirs(os.path.dirname(os.path.join(self.workspace, name)), exist_ok=True)
                shutil.copy(os.path.join(sources, name), os.path.join(self.workspace, name))

    def script(self, step, variables):
        if EXPRESSION.search(step["run"]):
            raise SystemExit("github: an expression in a script is an injection")
        with tempfile.TemporaryDirectory() as scratch:
            files = {name: os.path.join(scratch, name) for name in FILES}
            for name in files.values():
                open(name, "w").close()
            script = os.path.join(scratch, "script.sh")
            with open(script, "w", encoding="utf-8") as file:
                file.write(step["run"])
            environment = {**os.environ, **files, **variables, "PATH": self.path}
            if self.folder:
                environment["GITHUB_ACTION_PATH"] = self.folder
            if self.workspace:
                environment["GITHUB_WORKSPACE"] = self.workspace
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", script]
            # What a step writes is the log; standard output is this program's answer.
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, cwd=self.workspace)
            self.failed = self.failed or done.returncode
            for added in open(files["GITHUB_PATH"], encoding="utf-8").read().split("\n"):
                self.path = f"{added}:{self.path}" if added else self.path
            return read_outputs(files["GITHUB_OUTPUT"])


def read_outputs(path):
    """The outputs of a step, both forms: NAME=VALUE and NAME<<DELIMITER."""
    outputs = {}
    lines = iter(open(path, encoding="utf-8").read().split("\n"))
    for line in lines:
        if not line:
            continue
        heredoc = re.match(r"^([^=]*?)<<(.+)$", line)
        if heredoc:
            value = []
            for row in lines:
                if row == heredoc[2]:
                    break
                value.append(row)
            else:
                raise SystemExit("github: an output has no end")
            outputs[heredoc[1]] = "\n".join(value)
        else:
            name, separator, value = line.partition("=")
            if not separator:
                raise SystemExit("github: a line of the outputs is none")
            outputs[name] = value
    return outputs


def with_defaults(specification, given):
    inputs = {name: str(spec.get("default", "")) for name, spec in (specification or {}).items()}
    for name, value in given.items():
        if name not in inputs:
            raise SystemExit(f"github: there is no input {name}")
        inputs[name] = value
    return inputs


def run_action(folder, given, path, variables=None, workspace=None):
    with open(os.path.join(folder, "action.yml"), encoding="utf-8") as file:
        action = yaml.safe_load(file)
    run = Run(with_defaults(action.get("inputs"), given), path, folder, variables, workspace)
    run.run(action["runs"]["steps"])
    outputs = {name: run.resolve(spec["value"]) for name, spec in (action.get("outputs") or {}).items()}
    return run.failed, outputs, run.path


def run_job(workflow, name, given):
    with open(workflow, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    # What documentation shows may be a part of a workflow.
    triggers = document.get(True)
    inputs = ((triggers.get("workflow_call") or {}).get("inputs") or {}) if isinstance(triggers, dict) else {}
    job = document["jobs"][name]
    if "uses" in job:
        called = os.path.join(os.path.dirname(workflow), os.path.basename(job["uses"]))
        return run_job(called, name, {key: str(value) for key, value in (job.get("with") or {}).items()})
    variables = {**(document.get("env") or {}), **(job.get("env") or {})}
    permissions = job.get("permissions", document.get("permissions")) or {}
    with tempfile.TemporaryDirectory() as workspace:
        run = Run(with_defaults(inputs, given), os.environ["PATH"], None, variables, os.path.realpath(workspace), permissions)
        run.run(job["steps"])
    return run.failed, run.steps, run.path


def stay_in_sandbox():
    """A twine that a job calls by itself would go to the real PyPI."""
    with urllib.request.urlopen(os.environ["TOKEN_BROKER_SANDBOX"]) as answer:
        os.environ["TWINE_REPOSITORY_URL"] = json.load(answer)["registries"]["pypi"] + "/legacy/"


def main():
    stay_in_sandbox()
    kind, place = sys.argv[1], os.path.abspath(sys.argv[2])
    rest = sys.argv[3:] if kind == "action" else sys.argv[4:]
    given = dict(pair.split("=", 1) for pair in rest)
    if kind == "action":
        status, outputs, path = run_action(place, given, os.environ["PATH"])
    else:
        status, outputs, path = run_job(place, sys.argv[3], given)
    if status == 0:
        json.dump({"outputs": outputs, "path": path}, sys.stdout)
    sys.exit(status)


main()
