"""The rows of releases: what exec knows before, while and after a tool publishes, with each real tool.

A row is a case that a release engineer may meet. It is played with every tool that can meet it, in a sandbox and a folder of
its own.
"""

import concurrent.futures
import json
import os
import re
import shutil
import tempfile
import zipfile

from clients.base import REGISTRIES, Gap, Sandbox, digests, environment, quoted, run, write

PROJECT = """[build-system]
requires = ["flit_core >=3.11,<5"]
build-backend = "flit_core.buildapi"

[project]
name = "{name}"
version = "{version}"
description = "A sample to publish"
readme = "README.md"
requires-python = ">=3.8"
authors = [{{ name = "Octo Cat", email = "octocat@example.com" }}]
"""

# The projects that are built, by what they are called here.
SAMPLES = {
    "sample": ("octo-sample", "1.0"), "tools": ("octo-tools", "2.0"), "local": ("octo-sample", "1.0+g1234"),
}

# The jobs that are played publish two projects.
PUBLISHER = "provider=github,owner=octo-org,repository=sample,workflow=release.yml"
TWO_PROJECTS = ["--publisher", f"{PUBLISHER},project=octo-sample,project=octo-tools"]

PENDING = ["--publisher", f"{PUBLISHER},pending=true,project=octo-tools"]

# Tools that are told their files; poetry, flit and pdm choose them.
TOLD = ("twine", "uv", "hatch", "maturin")
CHOOSING = ("poetry", "pdm")
HIDING = ("flit", "hatch", "pdm")
# With what reads no metadata of version 2.4.
OLDEST = "twine 5.1"
NAMES = ("octo_sample-1.0-py3-none-any.whl", "octo_sample-1.0.tar.gz")


def build(builder, folder):
    """Builds a wheel and a source distribution of each sample; the folder of each by its name."""
    folders = {}
    for key, (name, version) in SAMPLES.items():
        folders[key] = os.path.join(folder, f"sample-{key}")
        module = name.replace("-", "_")
        write(folders[key], {
            "pyproject.toml": PROJECT.format(name=name, version=version), "README.md": f"# {name}\n",
            f"{module}/__init__.py": '"""A sample."""\n',
        })
        os.makedirs(os.path.join(folders[key], "dist"))
    script = (
        "import os, sys; from flit_core.buildapi import *\n"
        "for folder in sys.argv[1:]: os.chdir(folder); build_wheel('dist'); build_sdist('dist')")
    result = run([os.path.join(builder, "python"), "-I", "-c", script, *folders.values()], env=environment(builder))
    if result.returncode:
        raise Gap(f"the samples cannot be built\n{quoted(result.stdout)}")
    return folders


class Stage:
    """A tool in a folder and a sandbox of its own."""

    def __init__(self, bench, name, key="sample", options=(), provider="github"):
        self.bench, self.name, self.tool = bench, name, name.split()[0]
        self.folder = tempfile.mkdtemp(dir=bench.work)
        shutil.copytree(bench.samples[key], self.folder, dirs_exist_ok=True)
        self.sandbox = Sandbox(bench.tool, provider, *options)
        self.before = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sandbox.__exit__()

    def add(self, key):
        """Lays the files of another sample beside those that are there."""
        shutil.copytree(os.path.join(self.bench.samples[key], "dist"), self.path("dist"), dirs_exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def change(self):
        """Makes the files other ones, as a second build does."""
        write(self.folder, {"octo_sample/__init__.py": '"""Another sample."""\n'})
        for file in digests(self.folder):
            with open(self.path(f"dist/{file}"), "ab") as content:
                content.write(b"\0")

    @property
    def words(self):
        """The words that run the tool."""
        files = [f"dist/{file}" for file in sorted(os.listdir(self.path("dist")))]
        words = self.bench.words[self.name]
        return [word for part in words for word in (files if part == "DIST" else [part])]

    def with_options(self, registry):
        """The words that run the tool without exec, so that it shows why it is refused."""
        more = {"twine": ["--verbose"], "poetry": ["--repository", registry]}.get(self.tool, [])
        return [*self.words[:2], *more, *self.words[2:]]

    def given(self, token, address, registry):
        """The variables in which the tool finds a credential and an address."""
        row = next(row for row in self.bench.table["tools"] if row["name"] == self.tool)
        values = {"{token}": token, "{url}": address, "{username}": "__token__", "{registry}": registry}
        return {
            key.replace("{REGISTRY}", registry.upper()): re.sub(r"\{\w+\}", lambda match: values[match[0]], value)
            for key, value in row["variables"].items()
        }

    def variables(self):
        return environment(self.bench.programs[self.name], os.path.join(self.bench.work, "home"))

    def exec(self, target, *options, words=None, **more):
        return run(
            [self.bench.tool, "exec", target, *options, "--", *(words or self.words)], cwd=self.folder,
            env=self.variables() | self.sandbox.variables | more)

    def mints(self):
        return sum(path.endswith("mint-token") for name in REGISTRIES for path in self.sandbox.paths(name))

    def expect(self, result, status, *texts, without=(), mints=None, files=None):
        """A status (None: any but 0), texts that are shown and that are not, mints since the last look, and files in the end."""
        shown = " ".join(result.stdout.split())
        minted = self.mints()
        received = sum(len(files) for files in self.sandbox.uploads().values())
        is_as_expected = result.returncode == status if status is not None else result.returncode
        problems = [
            *([] if is_as_expected else [f"status {result.returncode}"]),
            *[f"does not say {text!r}" for text in texts if not re.search(text, shown)],
            *[f"says {text!r}" for text in without if re.search(text, shown)],
            *([f"{minted - self.before} mints"] if mints is not None and minted - self.before != mints else []),
            *([f"{received} files came"] if files is not None and received != files else []),
        ]
        self.before = minted
        if problems:
            raise Gap(f"{'; '.join(problems)}\n{quoted(result.stdout)}")


# MARK: Narrow credentials


def publish_two_projects(bench, name):
    """The credential of a command is good for the projects of its files; those of a project that is not there go first."""
    new = [*PENDING, "--publisher", f"{PUBLISHER},project=octo-sample"]
    # A GitLab job has one identity token for each registry, so that both runs of the tool work with one credential.
    for provider, options, mints in (("github", new, 2), ("gitlab", ["--project", "octo-sample"], 1)):
        with Stage(bench, name, options=options, provider=provider) as stage:
            stage.add("tools")
            result = stage.exec("pypi", "--report", "report.json")
            with open(stage.path("report.json")) as file:
                forms = [part["credential"] for part in json.load(file)["sections"] if part["registry"] == "pypi"]
            projects = {project for form in forms for project in form["projects"] or []}
            if projects != ({"octo-sample"} if stage.tool == "poetry" else {"octo-sample", "octo-tools"}):
                raise Gap(f"the credentials were handed over as {forms}\n{quoted(result.stdout)}")
            if stage.tool == "poetry":
                stage.expect(result, 0, "not compared with .*: poetry chooses one of the releases in dist", mints=1, files=2)
                continue
            is_told = stage.tool in TOLD
            stage.expect(
                result, 0, "note: pypi does not have octo-tools: a new project needs a pending publisher", "published, confirmed",
                *(["the files of octo-tools go first"] if is_told else []), without=["not narrowed"],
                mints=mints if is_told else 1, files=4)
            first = [file.split("-")[0] for file, _ in stage.sandbox.uploads()["pypi"]][:2]
            if is_told and first != ["octo_tools"] * 2:
                raise Gap(f"first came {first}\n{quoted(result.stdout)}")


def have_it_required(bench, name):
    """A credential that cannot be narrowed where it has to be: nothing is minted."""
    with Stage(bench, name, options=TWO_PROJECTS) as stage:
        write(stage.folder, {"token-broker.json": '{"version":1,"registries":{"pypi":{"narrow":"required"}}}'})
        words = ["sh", "-c", " ".join(stage.words)]
        refused = stage.exec("pypi", "--client", stage.tool, words=words)
        stage.expect(refused, 125, "narrowing-required", "what sh publishes is not known|sh names no project", mints=0, files=0)
        stage.expect(stage.exec("pypi"), 0, "published, confirmed", without=["not narrowed"], mints=1, files=2)


def give_each_its_own(bench, name):
    with Stage(bench, name, options=TWO_PROJECTS) as stage:
        stage.add("tools")
        stage.expect(stage.exec("pypi", "--per-file"), 0, "published, confirmed", mints=4, files=4)


def end_while_it_runs(bench, name):
    """A credential that ends before the tool begins: both are said, before and afterwards."""
    with Stage(bench, name) as stage:
        result = stage.exec(
            "testpypi", "--credential-life", "30", "--client", stage.tool,
            words=["sh", "-c", 'sleep 31; exec "$@"', "sh", *stage.words])
        stage.expect(
            result, None, "the credential expires in .* and sh still runs", "token is expired",
            "hint: Give a longer --credential-life", "the credential was good for octo-sample alone, until 20", mints=1, files=0)


def mask_both_forms(bench, name):
    """What was minted and what the tool works with are masked, and nothing else shows them."""
    with Stage(bench, name, options=TWO_PROJECTS) as stage:
        output = stage.exec("pypi").stdout
        masks = {line.removeprefix("::add-mask::") for line in output.splitlines() if line.startswith("::add-mask::pypi-")}
        if len(masks) != 2:
            raise Gap(f"{len(masks)} masks\n{quoted(output)}")
        rest = re.sub(r"^::add-mask::.*$", "", output, flags=re.M)
        if any(mask[-20:] in rest for mask in masks) or re.search(r"pypi-[\w-]{40}", rest):
            raise Gap(f"a credential is shown\n{quoted(output)}")


def use_what_was_minted(bench, name):
    """Of one project, of another one, and ended: each refusal is explained from what the tool shows."""
    for project, is_ended in (("octo-sample", False), ("octo-tools", False), ("octo-sample", True)):
        with Stage(bench, name, options=TWO_PROJECTS) as stage:
            minted = run(
                [bench.tool, "mint", "testpypi", "--format", "token", "--project", project], cwd=stage.folder,
                env=stage.variables() | stage.sandbox.variables)
            token = re.search(r"^pypi-\S+$", minted.stdout, re.M)
            if not token:
                raise Gap(f"nothing was minted\n{quoted(minted.stdout)}")
            token = bench.ended(token[0]) if is_ended else token[0]
            address = stage.sandbox.get("/")["registries"]["testpypi"] + "/legacy/"
            result = run(
                stage.with_options("testpypi"), cwd=stage.folder,
                env=stage.variables() | stage.given(token, address, "testpypi"))
            if project == "octo-sample" and not is_ended:
                stage.expect(result, 0, files=2)
                continue
            stage.expect(result, None, files=0)
            said = run([bench.tool, "explain"], cwd=stage.folder, env={"PATH": "/usr/bin:/bin"}, text=result.stdout)
            said = " ".join(said.stdout.split())
            reason = r"\[credential-life-over\]" if is_ended else f'other projects than "octo-sample"'
            # Tools that keep the reason to themselves.
            reason = r"\[reason-hidden\]" if stage.tool in HIDING else reason
            if not re.search(reason, said):
                raise Gap(f"the refusal is not explained\n{quoted(result.stdout)}\n{said}")


# MARK: Known before the mint


def empty(stage):
    shutil.rmtree(stage.path("dist"))
    os.makedirs(stage.path("dist"))


def move_into_folders(stage):
    """As actions/download-artifact does without merge-multiple."""
    for folder, file in zip(("wheels", "sources"), NAMES):
        os.makedirs(stage.path(f"dist/{folder}"))
        os.rename(stage.path(f"dist/{file}"), stage.path(f"dist/{folder}/{file}"))


def rename(*pairs):
    def change(stage):
        for old, new in pairs:
            os.rename(stage.path(f"dist/{old}"), stage.path(f"dist/{new}"))
            if new.startswith("octo_sample-1.1"):
                write(stage.folder, {"pyproject.toml": PROJECT.format(name="octo-sample", version="1.1")})
    return change


def release(version, age=0):
    return ["--release", f"project=octo-sample,version={version},age={age},{PUBLISHER}"]


# What lies in dist, what the index has, the code, and what is said before; whether the index is asked as well.
BEFORE = {
    "an empty folder": ("sample", empty, [], "nothing-to-publish", "an empty folder|is given no distribution file"),
        "folders alone": (
        "sample", move_into_folders, [], "nothing-to-publish", "folders in it|a folder, with 1 distribution file"),
    "a local version": ("local", None, [], "release-refused", r"use of local versions in .1\.0\+g1234. is not allowed"),
    "another version within": (
        "sample", rename(*[(name, name.replace("-1.0", "-1.1")) for name in NAMES]), [], "release-refused",
        "should be|WHEEL not found"),
    "a name that is not normalised": (
        "sample", rename((NAMES[0], NAMES[0].replace("octo_sample", "Octo_Sample"))), [], "release-refused", "normalized"),
    "a platform that is refused": (
        "sample", rename((NAMES[0], "octo_sample-1.0-cp312-cp312-linux_x86_64.whl")), [], "release-refused",
        "unsupported platform tag"),
    "a second source file": ("sample", None, release("1.0.0"), "release-refused", "Only one sdist"),
    "a closed release": ("sample", None, release("1.0.0", age=20), "release-refused", "older than 14 days"),
}


# What these tools pass over by themselves.
PASSED_OVER = [("a name that is not normalised", "uv"), ("a name that is not normalised", "poetry")]


def know_before(title):
    def play(bench, name):
        key, change, options, code, said = BEFORE[title]
        with Stage(bench, name, key, options) as stage:
            if change:
                change(stage)
            stage.expect(stage.exec("testpypi"), 125, code, said, "Nothing was published", mints=0)
            if code == "release-refused" and (title, stage.tool) not in PASSED_OVER:
                result = stage.exec("testpypi", "--no-compare")
                stage.expect(result, None, "testpypi: hint: ", mints=1)
    return play


def match_nothing(bench, name):
    with Stage(bench, name) as stage:
        words = [*bench.words[name][:-1], "dist/*.zip"]
        stage.expect(stage.exec("testpypi", words=words), 125, "nothing-to-publish", r"dist/\*\.zip it names no", mints=0)


def have_new_metadata(bench, name):
    """Metadata of a version that twine does not know before 6, and calls incomplete."""
    with Stage(bench, name) as stage:
        wheel = stage.path(f"dist/{NAMES[0]}")
        with zipfile.ZipFile(wheel) as archive:
            members = {member: archive.read(member) for member in archive.namelist()}
        with zipfile.ZipFile(wheel, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, re.sub(rb"^Metadata-Version: .*", b"Metadata-Version: 2.4", content))
        result = stage.exec("testpypi")
        if name == OLDEST:
            stage.expect(result, None, r"hint: Update twine \(", mints=1, files=0)
        else:
            stage.expect(result, 0, "published, confirmed", files=2)


# MARK: A refused upload


def answer_with(option, *texts):
    def play(bench, name):
        with Stage(bench, name, options=option) as stage:
            stage.expect(stage.exec("testpypi"), None, *texts, mints=1, files=0)
    return play


def meet_other_contents(bench, name):
    """Its list was away before the mint: the tool sends, or passes over by itself, what the index has with other contents."""
    # What flit builds is not compared before.
    fault = [] if name.startswith("flit") else ["--fault", "simple@testpypi=status:404*1"]
    with Stage(bench, name, options=fault) as stage:
        stage.expect(stage.exec("testpypi", "--no-compare"), 0, files=2)
        stage.change()
        result = stage.exec("testpypi")
        stage.expect(result, None, "with other contents|File already exists", files=2)


# MARK: Known afterwards


def not_listed(bench, name):
    with Stage(bench, name, options=["--fault", "simple@testpypi=status:404"]) as stage:
        stage.expect(stage.exec("testpypi", "--timeout", "1"), 0, "does not list .* yet", "published, not yet listed", files=2)


def made_again(bench, name):
    """Files that are made again while the tool runs."""
    with Stage(bench, name) as stage:
        words = stage.words
        real = os.path.join(bench.programs[name], words[0])
        wrapper = stage.path(words[0])
        write(stage.folder, {words[0]: f'#!/bin/sh\n"{real}" "$@" && echo >>dist/{NAMES[1]}\n'})
        os.chmod(wrapper, 0o755)
        stage.expect(
            stage.exec("release", words=[wrapper, *words[1:]]), 125, "release-conflict", "listed with other contents",
            "not reached: pypi", mints=1, files=2)


def not_confirmed(bench, name):
    with Stage(bench, name) as stage:
        stage.expect(
            stage.exec("testpypi", "--no-confirm"), 0, "note: testpypi does not have octo-sample: ", r"\.tar\.gz published ",
            without=["confirmed"], files=2)
        asked = [path for path in stage.sandbox.paths("testpypi") if path.startswith("/simple/")]
        if len(asked) > 1:
            raise Gap(f"the index was asked {asked}")


def tell_machines(bench, name):
    """The report and the job's summary have what the last lines have, and what was there is told from what came."""
    with Stage(bench, name) as stage:
        stage.expect(stage.exec("testpypi"), 0, files=2)
        write(stage.folder, {"summary": ""})
        built = ["not compared with what is published: flit builds"] if stage.tool == "flit" else []
        result = stage.exec("release", "--summary", "--report", "report.json", GITHUB_STEP_SUMMARY=stage.path("summary"))
        stage.expect(
            result, 0, "published, confirmed", "have the same bytes of 2 files", *built, files=4 if name != "flit" else None)
        with open(stage.path("report.json")) as file:
            sections = {part["registry"]: part for part in json.load(file)["sections"] if part.get("files")}
        states = {name: {(file["state"], file["proof"]) for file in part["files"]} for name, part in sections.items()}
        # flit builds its files anew and sends them.
        before = "published" if stage.tool == "flit" else "already-there"
        if states != {"testpypi": {(before, "confirmed")}, "pypi": {("published", "confirmed")}}:
            raise Gap(f"the report has {states}")
        with open(stage.path("summary")) as file:
            summary = file.read()
        if not all(digest in summary for digest in digests(stage.folder).values()) or "published, confirmed" not in summary:
            raise Gap(f"the summary is\n{quoted(summary)}")


# MARK: A rehearsal


def rehearse(provider):
    def play(bench, name):
        """The log of a job shows no token and no mask; the bytes have them where they are asked for, and in a job."""
        with Stage(bench, name) as stage:
            words = [bench.tool, "exec", "testpypi", "--", *stage.words]
            for options, around in (([], {}), (["--raw"], {}), ([], {"GITHUB_ACTIONS": "true"})):
                result = run(
                    [bench.tool, "sandbox", "--provider", provider, *options, "--", *words], cwd=stage.folder,
                    env=stage.variables() | around)
                stage.expect(result, 0, "sandbox: testpypi received octo_sample-1.0", "published, confirmed")
                masks = len(re.findall("^::add-mask::pypi-", result.stdout, re.M))
                if bool(masks) != ((options != [] or around != {}) and provider == "github"):
                    raise Gap(f"{masks} masks are shown\n{quoted(result.stdout)}")
    return play


# Scripts that show what they should not, and leave what later steps and people look at.
SCRIPTS = {
    "github": """set -eu
echo '::group::Mint'
token-broker mint testpypi --project octo-sample
eval "$(token-broker mint pypi --project octo-sample --format env)"
echo "The token is $TOKEN_BROKER_TOKEN."
echo '::endgroup::'
{variables}
{command}
echo '::notice title=Release::octo-sample is there'
echo '# Published' >>"$GITHUB_STEP_SUMMARY"
""",
    "gitlab": """set -eu
printf '\\033[0Ksection_start:1560896352:mint\\r\\033[0KMint\\n'
eval "$(token-broker mint pypi --project octo-sample --format env)"
echo "The token is $PYPI_ID_TOKEN."
printf '\\033[0Ksection_end:1560896353:mint\\r\\033[0K\\n'
{variables}
{command}
""",
}
SHOWN = {
    "github": (
        "\u25be Mint", r"The token is \*\*\*\.", "Notice: octo-sample is there", "the run's page shows a notice: Release: ",
        r"step output api-token: \*\*\*", "step output registry: testpypi", r"the job's summary \(12 bytes\) is in "),
    "gitlab": ("\u25be Mint", r"The token is \[MASKED\]\."),
}


def follow_a_script(provider):
    """A script of one's own, whose tool works with what mint has left."""
    def play(bench, name):
        with Stage(bench, name) as stage:
            given = stage.given('"$TOKEN_BROKER_TOKEN"', '"$TOKEN_BROKER_URL"', "pypi")
            lines = "\n".join(f"export {key}={value}" for key, value in given.items())
            script = SCRIPTS[provider].format(variables=lines, command=" ".join(stage.with_options("pypi")))
            write(stage.folder, {"release.sh": script})
            variables = stage.variables()
            variables["PATH"] = f"{os.path.dirname(bench.tool)}:{variables['PATH']}"
            result = run([bench.tool, "sandbox", "--provider", provider, "--", "sh", "release.sh"], cwd=stage.folder, env=variables)
            stage.expect(
                result, 0, *SHOWN[provider], "pypi received octo_sample-1.0", without=["pypi-rehearsal", "::", "eyJ"])
    return play


# Each case, and the tools that can meet it; None stands for all.
ROWS = {
    "a credential that ends": (end_while_it_runs, ("uv",)),
    "two projects": (publish_two_projects, ("twine", "uv", "poetry", "hatch", "pdm", "maturin")),
    "narrowing required": (have_it_required, None),
    "each its own": (give_each_its_own, TOLD),
    "masks": (mask_both_forms, None),
    "after mint": (use_what_was_minted, None),
    # hatch looks into folders.
    **{
        title: (know_before(title), TOLD + CHOOSING if title != "folders alone" else ("twine", "uv", "maturin", *CHOOSING))
        for title in BEFORE
    },
    "a pattern of nothing": (match_nothing, TOLD),
    "metadata of version 2.4": (have_new_metadata, ("twine",)),
    "no CDN": (answer_with(["--no-cdn", "--publisher", f"{PUBLISHER},project=other"], "testpypi: hint: "), None),
    "502": (answer_with(["--fault", "upload@testpypi=status:502"], "hint: Run exec again"), None),
    "503": (answer_with(["--fault", "upload@testpypi=status:503"], "hint: Run exec again"), None),
    "other contents": (meet_other_contents, None),
    "not yet listed": (not_listed, None),
    "made again": (made_again, None),
    "not to be confirmed": (not_confirmed, None),
    "report and summary": (tell_machines, None),
    "a script at GitHub": (follow_a_script("github"), None),
    "a script at GitLab": (follow_a_script("gitlab"), None),
    "a rehearsal at GitHub": (rehearse("github"), None),
    "a rehearsal at GitLab": (rehearse("gitlab"), None),
}


class Releases:
    """What the cases share: the tool, the publishing tools, and what they publish."""

    def __init__(self, bench, commands):
        self.tool, self.table, self.programs, self.work = bench.tool, bench.table, bench.programs, bench.work
        self.words = {name: words for name, (_, words) in commands.items() if name in bench.programs}
        self.samples = build(bench.programs["builder"], bench.work)

    def ended(self, token):
        """A token to which its holder has added that it ends in 1970."""
        script = (
            "import sys, pymacaroons\n"
            "prefix, _, text = sys.argv[1].rpartition('-rehearsal-')\n"
            "token = pymacaroons.Macaroon.deserialize(text)\n"
            "token.add_first_party_caveat('[0,1,0]')\n"
            "print(prefix + '-rehearsal-' + token.serialize(pymacaroons.serializers.BinarySerializer()))")
        result = run([os.path.join(self.programs["pymacaroons"], "python"), "-I", "-c", script, token])
        if result.returncode:
            raise Gap(quoted(result.stdout))
        return result.stdout.strip()


def rows(bench, commands, outcome):
    """Plays every case with every tool; the gap that each leaves, by case and tool."""
    releases = Releases(bench, commands)
    gaps = {}
    # One case waits for half a minute.
    with concurrent.futures.ThreadPoolExecutor(max_workers=3) as pool:
        for title, (play, tools) in ROWS.items():
            for name in releases.words:
                needs_macaroons = play is use_what_was_minted and "pymacaroons" not in bench.programs
                if (tools is None or name.split()[0] in tools) and not needs_macaroons:
                    gaps[title, name] = pool.submit(outcome, lambda play=play, name=name: play(releases, name))
    return {key: job.result() for key, job in gaps.items()}
