"""Runs a composite action the way a GitHub runner does, as far as this project's actions need it.

Usage: composite.py ACTION_FOLDER [NAME=VALUE...]

The steps run in order with bash, each with its own file of outputs; `${{ inputs.X }}` and `${{ steps.S.outputs.X }}` are
the only expressions there are. Prints the action's outputs as JSON; ends with the status of the step that failed.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*([^}]*?)\s*\}\}")


def resolve(text, inputs, steps):
    def value(match):
        parts = match[1].split(".")
        if len(parts) == 2 and parts[0] == "inputs":
            return inputs[parts[1]]
        if len(parts) == 4 and parts[0] == "steps" and parts[2] == "outputs":
            return steps[parts[1]].get(parts[3], "")
        raise SystemExit(f"composite: there is no expression {match[0]}")

    return EXPRESSION.sub(value, text)


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
                raise SystemExit("composite: an output has no end")
            outputs[heredoc[1]] = "\n".join(value)
        else:
            name, separator, value = line.partition("=")
            if not separator:
                raise SystemExit("composite: a line of the outputs is none")
            outputs[name] = value
    return outputs


def main():
    folder = os.path.abspath(sys.argv[1])
    with open(os.path.join(folder, "action.yml"), encoding="utf-8") as file:
        action = yaml.safe_load(file)
    inputs = {name: str(spec.get("default", "")) for name, spec in (action.get("inputs") or {}).items()}
    for pair in sys.argv[2:]:
        name, _, value = pair.partition("=")
        if name not in inputs:
            raise SystemExit(f"composite: the action has no input {name}")
        inputs[name] = value
    steps = {}
    path = os.environ["PATH"]
    with tempfile.TemporaryDirectory() as scratch:
        for number, step in enumerate(action["runs"]["steps"]):
            if EXPRESSION.search(step["run"]):
                raise SystemExit("composite: an expression in a script is an injection")
            files = {}
            for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"):
                files[name] = os.path.join(scratch, f"{number}-{name}")
                open(files[name], "w").close()
            script = os.path.join(scratch, f"{number}.sh")
            with open(script, "w", encoding="utf-8") as file:
                file.write(step["run"])
            variables = {name: resolve(str(text), inputs, steps) for name, text in (step.get("env") or {}).items()}
            environment = {**os.environ, **files, **variables, "PATH": path, "GITHUB_ACTION_PATH": folder}
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", script]
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL)
            if done.returncode != 0:
                raise SystemExit(done.returncode)
            steps[step["id"]] = read_outputs(files["GITHUB_OUTPUT"])
            for added in open(files["GITHUB_PATH"], encoding="utf-8").read().split("\n"):
                path = f"{added}:{path}" if added else path
    outputs = {name: resolve(spec["value"], inputs, steps) for name, spec in (action.get("outputs") or {}).items()}
    json.dump({"outputs": outputs, "path": path}, sys.stdout)


main()
