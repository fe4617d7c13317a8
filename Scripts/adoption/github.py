"""Runs actions and jobs the way a GitHub runner does, as far as this project's actions and examples need it.

Usage: github.py action FOLDER [INPUT=VALUE...]
       github.py job WORKFLOW JOB [INPUT=VALUE...]

Steps run in order with bash, each with its own file of outputs; this project's actions are run from this checkout: those of
several steps with bash, those in JavaScript with the Node of this machine, their ends behind the last step, whatever came of
it. Of the
actions of others, a job has those that bring files: actions/checkout takes them from the folder in ADOPTION_SOURCES,
actions/upload-artifact and actions/download-artifact keep them in the one in ADOPTION_ARTIFACTS. A job starts in an empty
workspace, so that it has no file but what its own steps bring. Prints as JSON the outputs of the action, or of each step, and
what the sandbox was asked; ends with the status of the step that failed. The job is cancelled when the sandbox was asked for
ADOPTION_CANCEL, as a runner does it: by an interrupt of the step that runs, alone.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXPRESSION = re.compile(r"\$\{\{\s*([^}]*?)\s*\}\}")
FILES = ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_ENV", "GITHUB_STEP_SUMMARY", "GITHUB_STATE")
# What waits for the end of the job: the action's folder, its variables and its search path.
ENDS = []
# The step that runs.
RUNNING = []


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
            status = start(["bash", "--noprofile", "--norc", "-eo", "pipefail", script], environment, self.workspace)
            self.failed = self.failed or status
            self.path = search_path(files["GITHUB_PATH"], self.path)
            return read_outputs(files["GITHUB_OUTPUT"])


def start(command, environment, workspace):
    """Runs a step. What it writes is the log; standard output is this program's answer."""
    # A shell that runs this in the background has interrupts ignored, and that is inherited.
    step = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, cwd=workspace, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    RUNNING.append(step)
    status = step.wait()
    RUNNING.remove(step)
    return status if status >= 0 else 128 - status


def cancel(target):
    while not any(request["target"] == target for request in ask_sandbox("/requests")):
        time.sleep(0.05)
    for step in RUNNING:
        step.send_signal(signal.SIGINT)


def search_path(file, path):
    for added in open(file, encoding="utf-8").read().split("\n"):
        path = f"{added}:{path}" if added else path
    return path


def run_script(folder, script, variables, path, workspace):
    """Runs a file of an action in JavaScript; returns its status, outputs, search path and what it keeps for its end."""
    with tempfile.TemporaryDirectory() as scratch:
        files = {name: os.path.join(scratch, name) for name in FILES}
        for name in files.values():
            open(name, "w").close()
        environment = {**os.environ, **variables, **files, "PATH": path}
        if workspace:
            environment["GITHUB_WORKSPACE"] = workspace
        status = start(["node", os.path.join(folder, script)], environment, workspace)
        return (status, read_outputs(files["GITHUB_OUTPUT"]), search_path(files["GITHUB_PATH"], path),
                read_outputs(files["GITHUB_STATE"]))


def run_ends(path, workspace, failed):
    """Runs the ends of actions, the last one first; each has its own state and the search path of the job's end."""
    while ENDS:
        folder, script, variables = ENDS.pop()
        failed = run_script(folder, script, variables, path, workspace)[0] or failed
    return failed


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
    inputs = with_defaults(action.get("inputs"), given)
    runs = action["runs"]
    if runs["using"].startswith("node"):
        own = {**(variables or {}), **{f"INPUT_{name.upper()}": value for name, value in inputs.items()}}
        status, outputs, path, state = run_script(folder, runs["main"], own, path, workspace)
        if "post" in runs:
            ENDS.append((folder, runs["post"], {**own, **{f"STATE_{name}": value for name, value in state.items()}}))
        declared = action.get("outputs") or {}
        return status, {name: value for name, value in outputs.items() if name in declared}, path
    run = Run(inputs, path, folder, variables, workspace)
    run.run(runs["steps"])
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
        return run_ends(run.path, workspace, run.failed), run.steps, run.path


def ask_sandbox(path):
    with urllib.request.urlopen(os.environ["TOKEN_BROKER_SANDBOX"] + path) as answer:
        return json.load(answer)


def main():
    if "ADOPTION_CANCEL" in os.environ:
        threading.Thread(target=cancel, args=[os.environ.pop("ADOPTION_CANCEL")], daemon=True).start()
    # A twine that a job calls by itself would go to the real PyPI.
    os.environ["TWINE_REPOSITORY_URL"] = ask_sandbox("/")["registries"]["pypi"] + "/legacy/"
    kind, place = sys.argv[1], os.path.abspath(sys.argv[2])
    rest = sys.argv[3:] if kind == "action" else sys.argv[4:]
    given = dict(pair.split("=", 1) for pair in rest)
    if kind == "action":
        status, outputs, path = run_action(place, given, os.environ["PATH"])
        status = run_ends(path, None, 0) or status
    else:
        status, outputs, path = run_job(place, sys.argv[3], given)
    asked = [request["target"] for request in ask_sandbox("/requests") if request["listener"] != "directory"]
    if status == 0:
        json.dump({"outputs": outputs, "path": path, "asked": asked}, sys.stdout)
    else:
        print("asked:", *asked, file=sys.stderr)
    sys.exit(status)


main()
