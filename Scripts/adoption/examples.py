"""Checks examples, templates and documentation against the built tool and against what they say about each other.

Usage: examples.py TOOL [FILE...]   (without a FILE, everything in the repository that there is to check)

Every YAML text is what the published schemas of workflows, actions and pipelines allow (those that check-jsonschema has);
jobs, steps, inputs, outputs and variables that are referred to exist; every token-broker command and option is one of the
tool's (`help --json`); configuration files are accepted by it.
"""

import functools
import glob
import importlib.resources
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

TOOL = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# ---------------------------------------------------------------------------------------------------- the tool


def ask(*arguments):
    return subprocess.run([TOOL, *arguments], capture_output=True, text=True, cwd="/", env={"PATH": os.environ["PATH"]})


OPTIONS = {
    command["name"]: {"--help": None} | {option["name"]: option["value"] for option in command["options"]}
    for command in json.loads(ask("help", "--json").stdout)["commands"]
}


def check_call(words, report):
    """Checks the words of a call of the tool, up to what belongs to a command behind `--`."""
    if not words or words[0] in ("--help", "--version", "COMMAND"):
        return
    command = " ".join(words[:2]) if " ".join(words[:2]) in OPTIONS else words[0]
    if command not in OPTIONS:
        report(f"there is no command: token-broker {words[0]}")
        return
    rest = words[len(command.split()):]
    while rest:
        word = rest.pop(0)
        if word == "--":
            check_words(rest, report)
            return
        if not word.startswith("--"):
            continue
        name, equals, _ = word.partition("=")
        if name not in OPTIONS[command]:
            report(f"there is no option: token-broker {command} {name}")
        elif OPTIONS[command][name] and not equals and rest:
            rest.pop(0)


def check_words(words, report):
    """Finds a call of the tool among the words of a command line."""
    for index, word in enumerate(words):
        if word.rsplit("/", 1)[-1] == "token-broker" and not word.endswith("/"):
            check_call(words[index + 1:], report)
            return


def split(line):
    """The commands of a shell line, as words; quotes only matter for what they keep together."""
    commands, words, word, quote, started = [], [], "", None, False
    for character in line + "\n":
        if quote:
            if character == quote:
                quote = None
            else:
                word += character
        elif character in "'\"":
            quote, started = character, True
        elif character == "#" and not word and not started:
            break
        elif character in " \t\n;|&()<>":
            if word or started:
                words.append(word)
            word, started = "", False
            if character in ";|&()":
                commands.append(words)
                words = []
        else:
            word += character
    if word or started:
        words.append(word)
    return commands + [words]


# ---------------------------------------------------------------------------------------------------- schemas


@functools.cache
def schema(name):
    """A published schema: github-workflows, github-actions or gitlab-ci."""
    folder = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    return jsonschema.Draft7Validator(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))


def check_schema(name, document, report):
    # YAML 1.1 reads the word "on" as true; JSON knows no dates.
    document = json.loads(json.dumps({"on" if key is True else key: value for key, value in document.items()}, default=str))
    error = jsonschema.exceptions.best_match(schema(name).iter_errors(document))
    if error:
        report(f"the schema {name} does not allow this at {error.json_path}: {error.message[:300]}")


# ---------------------------------------------------------------------------------------------------- shell

KNOWN_VARIABLES = re.compile(r"^(CI|CI_.*|GITHUB_.*|GITLAB_.*|RUNNER_.*|PATH|HOME|PWD|[0-9#@?*!$-])$")


def check_shell(text, variables, report):
    text = text.replace("\\\n", " ")
    for line in text.splitlines():
        for words in split(line):
            check_words(words, report)
    assigned = set(re.findall(r"(?:^|[\s;(])([A-Za-z_][A-Za-z0-9_]*)=", text))
    assigned |= set(re.findall(r"\bfor ([A-Za-z_]\w*) in", text)) | set(re.findall(r"\bread (?:-r )?(\w+)", text))
    unquoted = re.sub(r"'[^']*'", "", text)
    for name in re.findall(r"\$\{?([A-Za-z_][A-Za-z0-9_]*|[0-9#@?*!$-])", unquoted):
        if not KNOWN_VARIABLES.match(name) and name not in assigned and name not in variables:
            report(f"the variable ${name} is set nowhere")


# ---------------------------------------------------------------------------------------------------- GitHub

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.S)


def own_action(uses):
    """The folder of the action of ours that a step uses; nil if it is another's."""
    if uses == "./" or re.search(r"(^|/)token-broker@", uses):
        return ""
    if uses == "./setup" or re.search(r"(^|/)token-broker/setup@", uses):
        return "setup"
    return None


def load_action(folder):
    with open(os.path.join(ROOT, folder, "action.yml"), encoding="utf-8") as file:
        return yaml.safe_load(file)


def uses_identity(job):
    for step in job.get("steps") or []:
        if own_action(step.get("uses", "")) == "":
            return True
        if re.search(r"token-broker (mint|exec|check)\b", step.get("run", "")):
            return True
    return False


def lacks_configuration(job, variables):
    """What a job at GitHub lacks that mints: the name of its configuration, and the file itself."""
    steps = job.get("steps") or []
    for index, step in enumerate(steps):
        is_action = own_action(step.get("uses", "")) == ""
        if not is_action and not re.search(r"token-broker (mint|exec)\b", step.get("run", "")):
            continue
        name = {**variables, **(step.get("env") or {})}.get("TOKEN_BROKER_CONFIG")
        name = (step.get("with") or {}).get("config", name) if is_action else name
        if not name:
            return "it mints, and does not name its configuration: without the file it would go without its rules"
        checkouts = [step for step in steps[:index] if step.get("uses", "").startswith("actions/checkout@")]
        patterns = [(step.get("with") or {}).get("sparse-checkout") for step in checkouts]
        if not any(pattern is None or name in pattern.split() for pattern in patterns):
            return f"it names {name}, and no step before checks that file out"
    return None


def check_workflow(document, report, folder):
    check_schema("github-workflows", document, report)
    triggers = document.get("on", document.get(True))
    jobs = document.get("jobs")
    if not isinstance(jobs, dict):
        return
    inputs = set()
    if isinstance(triggers, dict):
        for trigger in ("workflow_call", "workflow_dispatch"):
            inputs |= set((triggers.get(trigger) or {}).get("inputs") or {})
    for name, job in jobs.items():
        check_github_job(name, job, document, inputs, lambda text, name=name: report(f"job {name}: {text}"), folder)


def check_github_job(name, job, document, inputs, report, folder):
    needs = job.get("needs") or []
    for needed in [needs] if isinstance(needs, str) else needs:
        if needed not in document["jobs"]:
            report(f"it needs a job that there is not: {needed}")
    if "uses" in job:
        check_called(job, report, folder)
        return
    permissions = job.get("permissions", document.get("permissions"))
    if uses_identity(job) and (not isinstance(permissions, dict) or permissions.get("id-token") != "write"):
        report("it mints, but has no id-token: write")
    outer = set(document.get("env") or {}) | set(job.get("env") or {})
    # The release of this project has no configuration.
    if os.path.basename(os.path.dirname(folder)) != ".github":
        lacking = lacks_configuration(job, {**(document.get("env") or {}), **(job.get("env") or {})})
        if lacking:
            report(lacking)
    for output in (job.get("outputs") or {}).values():
        if re.search(r"steps\.[\w-]+\.outputs\.([\w-]+-)?api-token", output):
            report("it hands an API token to other jobs: they get an empty text, because it is masked")
    outputs, matrix = {}, set((job.get("strategy") or {}).get("matrix") or {})
    for include in ((job.get("strategy") or {}).get("matrix") or {}).get("include") or []:
        matrix |= set(include)
    check_expressions({key: job[key] for key in job if key not in ("steps", "outputs")}, inputs, outputs, matrix, report)
    for step in job.get("steps") or []:
        check_step(step, outer, inputs, outputs, matrix, report)
    check_expressions(job.get("outputs"), inputs, outputs, matrix, report)


def check_called(job, report, folder):
    path = os.path.join(folder, os.path.basename(job["uses"])) if job["uses"].startswith("./") else None
    if path is None or not os.path.exists(path):
        report(f"the workflow that it calls is not beside it: {job['uses']}")
        return
    called = yaml.safe_load(open(path, encoding="utf-8"))
    call = called.get(True, called.get("on"))
    known = ((call if isinstance(call, dict) else {}).get("workflow_call") or {}).get("inputs") or {}
    for given in job.get("with") or {}:
        if given not in known:
            report(f"{job['uses']} has no input {given}")
    granted = job.get("permissions") or {}
    for inner in called["jobs"].values():
        for permission, value in (inner.get("permissions") or {}).items():
            if granted.get(permission) != value:
                report(f"it does not grant {permission}: {value}, which {job['uses']} wants")


def check_step(step, outer, inputs, outputs, matrix, report):
    check_expressions(step, inputs, outputs, matrix, report)
    if "run" in step:
        if EXPRESSION.search(step["run"]):
            report("an expression in a script; hand it over with env:")
        check_shell(step["run"], outer | set(step.get("env") or {}), report)
    known = None
    if "uses" in step:
        folder = own_action(step["uses"])
        if folder is not None:
            action = load_action(folder)
            for given in step.get("with") or {}:
                if given not in (action.get("inputs") or {}):
                    report(f"{step['uses']} has no input {given}")
            known = set(action.get("outputs") or {})
    elif re.search(r"token-broker mint\b", step.get("run", "")):
        known = {"api-token", "expires", "registry"}
        for registry in ("testpypi", "pypi"):
            known |= {f"{registry}-{output}" for output in ("api-token", "expires")}
    if "id" in step:
        outputs[step["id"]] = known


def check_expressions(value, inputs, outputs, matrix, report):
    if isinstance(value, dict):
        for key, part in value.items():
            # `if:` is an expression without braces.
            if key == "if" and isinstance(part, str) and not EXPRESSION.search(part):
                check_references(part, inputs, outputs, matrix, report)
            check_expressions(part, inputs, outputs, matrix, report)
    elif isinstance(value, list):
        for part in value:
            check_expressions(part, inputs, outputs, matrix, report)
    elif isinstance(value, str):
        for expression in EXPRESSION.findall(value):
            check_references(expression, inputs, outputs, matrix, report)


def check_references(expression, inputs, outputs, matrix, report):
    bare = re.sub(r"'[^']*'", "", expression)
    for reference in re.findall(r"\b([a-z]+(?:\.[A-Za-z0-9_-]+)+)", bare):
        parts = reference.split(".")
        if parts[0] == "inputs" and parts[1] not in inputs:
            report(f"there is no input {parts[1]}")
        elif parts[0] == "matrix" and parts[1] not in matrix:
            report(f"there is no {reference}")
        elif parts[0] == "steps":
            if parts[1] not in outputs:
                report(f"there is no step {parts[1]} before")
            elif outputs[parts[1]] is not None and parts[2] == "outputs" and parts[3] not in outputs[parts[1]]:
                report(f"the step {parts[1]} has no output {parts[3]}")
        elif parts[0] not in ("inputs", "matrix", "github", "runner", "env", "secrets", "vars", "needs", "job", "steps"):
            report(f"there is nothing like {reference}")


def check_action(document, report):
    check_schema("github-actions", document, report)
    outputs, inputs = {}, set(document.get("inputs") or {})
    runs = document["runs"]
    if runs["using"] != "composite":
        for key in set(runs) - {"using"}:
            if key not in ("main", "post") or not os.path.isfile(os.path.join(ROOT, runs[key])):
                report(f"there is no script {runs[key]} for {key}")
        if runs["using"] != "node24":
            report(f"runs on {runs['using']}, which is not the runner's own Node")
        return
    for step in runs["steps"]:
        if "run" in step and "shell" not in step:
            report("a step of a composite action needs a shell")
        check_step(step, set(), inputs, outputs, set(), report)
        for script in re.findall(r"\$GITHUB_ACTION_PATH/([\w./-]+)", step.get("run", "")):
            if not any(os.access(os.path.join(ROOT, base, script), os.X_OK) for base in ("", "setup")):
                report(f"there is no script {script}")
    check_expressions(document.get("outputs"), inputs, outputs, set(), report)


# ---------------------------------------------------------------------------------------------------- GitLab

PIPELINE_KEYS = {"include", "stages", "default", "variables", "workflow"}
INPUT = re.compile(r"\$\[\[\s*inputs\.([a-z0-9-]+)\s*\]\]")


def load_template():
    with open(os.path.join(ROOT, "templates/publish/template.yml"), encoding="utf-8") as file:
        return list(yaml.safe_load_all(file))


def check_input(name, value, report):
    """Checks an input of the component that becomes part of a script: words, or lines of code."""
    if name == "install" and isinstance(value, list):
        check_shell("\n".join(value), set(), report)
    elif name == "command" and isinstance(value, str):
        if re.search(r"""[;&|$`"'()<>\\\n]""", value):
            report(f"the component's command is words, not code: {value}")
        check_shell(value, set(), report)
    elif name == "options" and isinstance(value, str):
        check_call(["exec", *value.split()], report)


def check_pipeline(document, report, inputs=frozenset(), stages=None):
    check_schema("gitlab-ci", document, report)
    jobs = {name: job for name, job in document.items() if name not in PIPELINE_KEYS}
    stages = stages or set(document.get("stages") or {"build", "test", "deploy"}) | {".pre", ".post"}
    template_jobs = set()
    for include in document.get("include") or []:
        component = include.get("component", "")
        if not component:
            continue
        if not re.fullmatch(r"\$CI_SERVER_FQDN/[\w/-]+/publish@[\w.~]+", component):
            report(f"this is no address of the component: {component}")
        spec = load_template()[0]["spec"]["inputs"]
        given = include.get("inputs") or {}
        for name, value in given.items():
            if name not in spec:
                report(f"the component has no input {name}")
            elif "regex" in spec[name] and not re.match(spec[name]["regex"], str(value)):
                report(f"the component does not take this for {name}: {value}")
            elif spec[name].get("type", "string") == "string" and not isinstance(value, str):
                report(f"the component wants text for {name}")
            elif spec[name].get("type") == "array" and not isinstance(value, list):
                report(f"the component wants a list for {name}")
            check_input(name, value, report)
        if given.get("stage", spec["stage"]["default"]) not in stages:
            report("the component's stage is none of this pipeline's")
        if not given.get("config"):
            report("the component is given no configuration: without the file it would go without its rules")
        template_jobs.add(given.get("job-name", spec["job-name"]["default"]))
    for name, job in jobs.items():
        if not isinstance(job, dict):
            report(f"{name} is no job")
            continue
        check_gitlab_job(name, job, jobs, document, stages, name in template_jobs,
                         lambda text, name=name: report(f"job {name}: {text}"))


def check_gitlab_job(name, job, jobs, document, stages, is_merged, report):
    whole = {**jobs.get(job.get("extends"), {}), **job}
    if "extends" in job and job["extends"] not in jobs:
        report(f"it extends what there is not: {job['extends']}")
    if "script" not in whole and not is_merged and not name.startswith("."):
        report("it has no script")
    if "stage" in whole and not INPUT.search(whole["stage"]) and whole["stage"] not in stages:
        report(f"there is no stage {whole['stage']}")
    for needed in job.get("needs") or []:
        if needed not in jobs:
            report(f"it needs a job that there is not: {needed}")
    tokens = whole.get("id_tokens") or {}
    for variable, token in tokens.items():
        if set(token) != {"aud"} or not isinstance(token["aud"], str):
            report(f"{variable} needs one aud, a text: PyPI refuses lists")
    script = "\n".join(whole.get("script") or [])
    if re.search(r"token-broker (mint|exec)\b", script) and not (whole.get("variables") or {}).get("TOKEN_BROKER_CONFIG"):
        report("it mints, and does not name its configuration: without the file it would go without its rules")
    variables = set(tokens) | set(whole.get("variables") or {}) | set(document.get("variables") or {})
    for part in ("before_script", "script", "after_script"):
        lines = whole.get(part) or []
        check_shell("\n".join([lines] if isinstance(lines, str) else lines), variables, report)
    for targets in re.findall(r"token-broker (?:exec|mint) ([^\n]*?)(?= --|$)", script):
        wanted = {"release": ["pypi", "testpypi"]}.get(targets.strip(), targets.split())
        for target in wanted:
            if target in ("pypi", "testpypi") and target not in {token["aud"] for token in tokens.values()}:
                report(f"it has no identity token made out to {target}")


def filled(value, spec):
    """What becomes of a component's job with the defaults of its inputs, where one is all of a text."""
    if isinstance(value, dict):
        return {key: filled(part, spec) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, spec) for part in value]
    match = INPUT.fullmatch(value) if isinstance(value, str) else None
    return spec[match[1]].get("default", value) if match and match[1] in spec else value


def check_component(documents, report):
    if len(documents) != 2 or set(documents[0]) != {"spec"}:
        report("a component has a spec and, behind ---, its jobs")
        return
    check_schema("gitlab-ci", documents[0], report)
    spec, body = documents[0]["spec"]["inputs"], documents[1]
    for job in body.values():
        for part in ("script", "before_script", "after_script"):
            for line in job.get(part) or [] if not isinstance(job.get(part), str) else []:
                if INPUT.search(line):
                    report(f"an input in a script is code: put it into a variable: {line}")
    text = json.dumps(body)
    used = set(INPUT.findall(text))
    for name in used - set(spec):
        report(f"there is no input {name}")
    for name in set(spec) - used:
        report(f"the input {name} is used nowhere")
    for name, value in spec.items():
        if not value.get("description"):
            report(f"the input {name} has no description")
        check_input(name, value.get("default"), report)
        if "regex" in value and not re.match(value["regex"], value["default"]):
            report(f"the default of {name} is not what it takes")
    check_pipeline(filled(body, spec), report, inputs=spec)
    version = ask("--version").stdout.split()[1]
    for text in re.findall(r"token-broker==([0-9.]+)", json.dumps(documents)):
        if text != version:
            report(f"it installs {text}, and this is {version}")


# ---------------------------------------------------------------------------------------------------- documents


def check_text(text, report, folder=ROOT):
    """Checks a YAML text by what it looks like."""
    try:
        documents = list(yaml.safe_load_all(text))
    except yaml.YAMLError as error:
        report(f"this is no YAML: {error}")
        return
    first = documents[0] if documents else None
    if not isinstance(first, dict):
        if isinstance(first, list) and all(isinstance(step, dict) for step in first):
            outputs = {}
            if all("uses" in step or "run" in step for step in first):
                check_schema("github-workflows", {"on": "push", "jobs": {"a": {"runs-on": "x", "steps": first}}}, report)
            for step in first:
                if "uses" in step or "run" in step:
                    check_step(step, set(), set(), outputs, set(), report)
        return
    if "spec" in first:
        check_component(documents, report)
    elif "runs" in first:
        check_action(first, report)
    elif "jobs" in first and ("on" in first or True in first):
        check_workflow(first, report, folder)
    elif "jobs" in first:
        # A part of a workflow, as documentation shows it.
        check_workflow({"on": "push", **first}, report, folder)
    elif isinstance(first.get("steps"), list):
        check_schema("cloudbuild", first, report)
    else:
        check_pipeline(first, report)


def check_configuration(text, report):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        answer = ask("config", "check", file.name)
        if answer.returncode != 0:
            report(answer.stderr.strip().replace(file.name, "it"))


def check_markdown(text, report):
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```", text, re.M | re.S):
        if language in ("yaml", "yml"):
            check_text(block, report)
        elif language == "json" and '"version"' in block and not re.search('"(credentials|schema|command)"', block):
            check_configuration(block, report)
        elif language in ("console", "sh", "bash", "shell"):
            lines = block.replace("\\\n", " ").splitlines()
            for line in lines:
                if language == "console" and not line.startswith("$ "):
                    continue
                for words in split(line.removeprefix("$ ")):
                    check_words(words, report)
    for call in re.findall(r"`token-broker ([^`]+)`", text):
        if call[0].islower():
            check_call([word for words in split(call) for word in words], report)


SELF_TEST = [
    ("yaml", "jobs: {a: [", "no YAML"),
    ("yaml", "on: push\njbs: {}\njobs: {}", "'jbs'"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, needs: b, steps: []}}", "needs a job"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, steps: [{run: token-broker mint pypi}]}}", "no id-token: write"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, permissions: {id-token: write}, steps: [{run: token-broker mnt pypi}]}}",
     "no command: token-broker mnt"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, permissions: {id-token: write}, "
     "steps: [{run: token-broker mint pypi --fromat token}]}}", "no option: token-broker mint --fromat"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, permissions: {id-token: write}, steps: [{run: token-broker mint pypi}]}}",
     "does not name its configuration"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, permissions: {id-token: write}, env: {TOKEN_BROKER_CONFIG: a.json}, steps: "
     "[{uses: actions/checkout@v4, with: {sparse-checkout: b.json}}, {run: token-broker mint pypi}]}}",
     "no step before checks that file out"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, outputs: {t: '${{ steps.m.outputs.api-token }}'}, steps: "
     "[{id: m, run: token-broker mint pypi}]}}", "it hands an API token to other jobs"),
    ("yaml", "a: {script: [token-broker mint pypi], id_tokens: {T: {aud: pypi}}}", "does not name its configuration"),
    ("yaml", "include: [{component: $CI_SERVER_FQDN/g/token-broker/publish@1, inputs: {target: pypi}}]",
     "the component is given no configuration"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github.ref }}'}]}}", "expression in a script"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo \"$NOPE\"'}]}}", "$NOPE is set nowhere"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, permissions: {id-token: write}, steps: [{id: m, uses: O/token-broker@v1}, "
     "{run: x, env: {T: '${{ steps.m.outputs.token }}'}}]}}", "has no output token"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, permissions: {id-token: write}, steps: [{uses: O/token-broker@v1, "
     "with: {registry: pypi}}]}}", "has no input registry"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, steps: [{run: x, if: steps.n.outputs.x}]}}", "no step n before"),
    ("yaml", "on: push\njobs: {a: {runs-on: x, steps: [{run: x, uses: y}]}}", "$.jobs.a.steps[0]"),
    ("yaml", "a: {stage: nope, script: [x]}", "no stage nope"),
    ("yaml", "a: {scripts: [x]}", "'scripts'"),
    ("yaml", "a: {script: [x], id_tokens: {T: {aud: [pypi]}}}", "PyPI refuses lists"),
    ("yaml", "a: {script: [token-broker exec release -- twine upload x], id_tokens: {T: {aud: pypi}}}",
     "no identity token made out to testpypi"),
    ("yaml", "include: [{component: $CI_SERVER_FQDN/g/token-broker/publish@1, inputs: {targets: pypi}}]",
     "no input targets"),
    ("yaml", "include: [{component: $CI_SERVER_FQDN/g/token-broker/publish@1, inputs: {target: '--x'}}]",
     "does not take this for target"),
    ("yaml", "include: [{component: $CI_SERVER_FQDN/g/token-broker/publish@1, inputs: {options: --require-orgs}}]",
     "no option: token-broker exec --require-orgs"),
    ("yaml", "spec: {inputs: {a: {description: x}}}\n---\nj: {script: ['$[[ inputs.b ]]']}", "there is no input b"),
    ("yaml", "spec: {inputs: {a: {description: x}}}\n---\nj: {script: ['x $[[ inputs.a ]]']}", "an input in a script is code"),
    ("yaml", "include: [{component: $CI_SERVER_FQDN/g/token-broker/publish@1, inputs: {install: 'true'}}]",
     "wants a list for install"),
    ("yaml", "include: [{component: $CI_SERVER_FQDN/g/token-broker/publish@1, inputs: {command: 'twine upload x; y'}}]",
     "words, not code"),
    ("yaml", "spec: {inputs: {a: {description: x}}}\n---\nj: {script: [x]}", "the input a is used nowhere"),
    ("markdown", "```console\n$ FOO=1 token-broker confg\n```\n", "no command: token-broker confg"),
    ("markdown", "```console\n$ token-broker sandbox -- token-broker mint pypi --fromat x\n```\n", "mint --fromat"),
    ("markdown", "see `token-broker mint --nope`", "no option: token-broker mint --nope"),
    ("markdown", "```json\n{\"version\": 1, \"registrys\": {}}\n```\n", "registrys"),
]


def self_test():
    for kind, text, words in SELF_TEST:
        reports = []
        (check_text if kind == "yaml" else check_markdown)(text, reports.append)
        if not any(words in report for report in reports):
            raise SystemExit(f"check-examples: this was not found ({words}):\n{text}\n{reports}")
    print(f"check-examples: {len(SELF_TEST)} mistakes found")


def main():
    self_test()
    failures, count = [], 0
    patterns = sys.argv[2:] or ["action.yml", "setup/action.yml", "templates/**/*.yml", "Examples/**/*.yml", ".github/**/*.yml",
                ".gitlab-ci.yml", "Examples/**/*.json", "*.md", "docs/**/*.md"]
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True)):
            name = os.path.relpath(path, ROOT)
            if "/." in name and not name.startswith(".github"):
                continue
            text = open(path, encoding="utf-8").read()

            def report(failure, name=name):
                failures.append(f"{name}: {failure}")

            if name.endswith(".md"):
                check_markdown(text, report)
            elif name.endswith(".json"):
                check_configuration(text, report)
            else:
                check_text(text, report, os.path.dirname(path))
            count += 1
    for failure in failures:
        print(f"check-examples: {failure}", file=sys.stderr)
    print(f"check-examples: {count} files")
    sys.exit(1 if failures else 0)


main()
