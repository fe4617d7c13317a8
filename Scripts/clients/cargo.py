"""The rows of cargo: publishes crates to the sandbox's crates.io, through token-broker exec.

Nothing of it needs the network: the crates depend on nothing but each other. cargo is not installed here; without one on this
machine there are no rows.
"""

import os
import re
import shutil
import subprocess
import tempfile

PROVIDERS = ["github", "gitlab"]
# cargo publishes several crates with one command since 1.90.
SEVERAL = (1, 90)
NAMES = ["octo-one", "octo-two", "octo-three"]


class Failure(Exception):
    """What did not happen as it should."""


def version(cargo):
    """The version of a cargo as two numbers, and as text; nothing where it does not run."""
    try:
        text = subprocess.run([cargo, "--version"], capture_output=True, text=True, timeout=60).stdout
    except OSError:
        return None
    match = re.match(r"cargo ((\d+)\.(\d+)\S*)", text)
    return ((int(match[2]), int(match[3])), match[1]) if match else None


def found(others):
    """The cargos of this machine: the one on PATH, and those that were named."""
    paths = [path for path in [shutil.which("cargo"), *others] if path]
    return {f"cargo {known[1]}": (os.path.abspath(path), known[0]) for path in paths if (known := version(path))}


class Bench:
    def __init__(self, tool, cargo, several, sandbox, work):
        self.tool, self.cargo, self.several, self.sandbox = tool, cargo, several, sandbox
        self.folder = tempfile.mkdtemp(dir=work)
        self.home = tempfile.mkdtemp(dir=work)

    def write(self, path, text):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def project(self, names, publish="", build=""):
        """A workspace in which each crate depends on the one before it."""
        self.folder = tempfile.mkdtemp(dir=os.path.dirname(self.folder))
        members = ", ".join(f'"{name}"' for name in names)
        self.write("Cargo.toml", f'[workspace]\nmembers = [{members}]\nresolver = "2"\n')
        before = None
        for name in names:
            depends = f'[dependencies]\n{before} = {{ path = "../{before}", version = "1.0.0" }}\n' if before else ""
            self.write(
                f"{name}/Cargo.toml",
                f'[package]\nname = "{name}"\nversion = "1.0.0"\nedition = "2021"\nlicense = "MIT"\n'
                f'description = "A sample"\n{publish}\n{depends}')
            self.write(f"{name}/src/lib.rs", "")
            if build:
                self.write(f"{name}/build.rs", build)
            before = name

    def exec(self, sandbox, *words, options=()):
        variables = {
            name: value for name, value in os.environ.items()
            if name in ("HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "LANG")
        }
        variables |= {
            "PATH": f"{os.path.dirname(self.cargo)}:{os.environ['PATH']}", "CARGO_HOME": self.home,
            "CARGO_TARGET_DIR": os.path.join(self.folder, "target"),
            # What may surround a job and lead elsewhere.
            "CARGO_REGISTRY_TOKEN": "trap", "CARGO_REGISTRY_DEFAULT": "trap", "CARGO_REGISTRIES_CRATES_IO_TOKEN": "trap",
            **sandbox.variables,
        }
        return subprocess.run(
            [self.tool, "exec", "crates-io", *options, "--", "cargo", "publish", "--allow-dirty", *words], cwd=self.folder,
            env=variables, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)

    def start(self, provider, *options):
        projects = [word for name in NAMES for word in ("--project", name)]
        return self.sandbox(self.tool, provider, "--registry", "crates-io", *projects, *options)

    # MARK: Rows

    def publish_one(self, provider):
        self.project(NAMES[:1])
        with self.start(provider) as sandbox:
            self.expect(self.exec(sandbox, "-p", NAMES[0]), 0, sandbox, NAMES[:1])

    def publish_several(self, provider):
        """A workspace, and again: nothing is sent twice, and nothing is minted for what is there."""
        self.project(NAMES)
        with self.start(provider) as sandbox:
            self.expect(self.exec(sandbox, "--workspace"), 0, sandbox, NAMES)
            minted = self.requests(sandbox, "POST")
            # At GitLab the identity token is used up; nothing needs another.
            again = self.exec(sandbox, "--workspace")
            self.expect(again, 0, sandbox, NAMES)
            if "already published" not in again.stderr or self.requests(sandbox, "POST") != minted:
                raise Failure(f"the second run did something:\n{again.stderr}")

    def publish_rest(self, provider):
        """What a run that broke off has left."""
        self.project(NAMES)
        with self.start(provider) as sandbox:
            self.expect(self.exec(sandbox, "-p", NAMES[0]), 0, sandbox, NAMES[:1])
            if provider == "github":
                self.expect(self.exec(sandbox, "--workspace"), 0, sandbox, NAMES)

    def refuse(self, provider):
        """Other registries, in words and in the manifest, and crates that are not there: before anything is asked for."""
        with self.start(provider) as sandbox:
            for publish, words in [
                ("", ["--registry", "mine"]), ("", ["--token", "x"]), ("", ["--index", "sparse+http://127.0.0.1:9/"]),
                ('publish = ["mine"]', []), ("publish = false", []),
            ]:
                self.project(NAMES[:1], publish)
                self.expect(self.exec(sandbox, *words, "-p", NAMES[0]), 125, sandbox, [])
            self.project(["octo-missing", "octo-absent"])
            refused = self.exec(sandbox, "--workspace" if self.several else "-p", *([] if self.several else ["octo-missing"]))
            self.expect(refused, 125, sandbox, [])
            if "does not have the crate" not in refused.stderr or self.requests(sandbox, "POST"):
                raise Failure(f"a crate that is not there is not said before:\n{refused.stderr}")

    def renew(self, provider):
        """The server's credentials end after 5 s, and the workspace takes longer: each crate gets its own."""
        self.project(NAMES, build='fn main() { std::thread::sleep(std::time::Duration::from_secs(2)); }')
        with self.start(provider, "--switch", "short-credentials") as sandbox:
            self.expect(self.exec(sandbox, "--workspace"), 0, sandbox, NAMES)

    def refused_by_the_server(self, provider):
        """A refused exchange reaches the user as cargo's own causes."""
        self.project(NAMES[:1])
        own = {
            "github": "provider=github,owner=octo-org,repository=other,workflow=release.yml",
            "gitlab": "provider=gitlab,owner=octo-group/sub,repository=other,workflow=.gitlab-ci.yml",
        }
        with self.start(provider, "--publisher", own[provider]) as sandbox:
            run = self.exec(sandbox, "-p", NAMES[0])
            self.expect(run, 125, sandbox, [])
            if "Caused by:" not in run.stderr or "To fix it: " not in run.stderr:
                raise Failure(f"cargo does not show the cause:\n{run.stderr}")

    # MARK: Checks

    def requests(self, sandbox, method):
        return [request for request in sandbox.get("/requests") if request["method"] == method]

    def expect(self, run, status, sandbox, names):
        if run.returncode != status:
            raise Failure(f"status {run.returncode}, not {status}:\n{run.stdout}{run.stderr}")
        received = [upload["project"] for upload in sandbox.get("/uploads")]
        if sorted(received) != sorted(names):
            raise Failure(f"received {received}, not {names}:\n{run.stderr}")
        if "cio_tp_" in run.stdout or re.search(r"^(?!::add-mask::).*cio_tp_", run.stderr, re.M):
            raise Failure("a credential stands in the output")
        if status == 0 and names and "confirmed" not in run.stderr:
            raise Failure(f"the index was not asked afterwards:\n{run.stderr}")


def rows(tool, sandbox, others, work, outcome):
    """What is tried, by cargo, provider and column; and a note where there is none."""
    gaps = {}
    cargos = found(others)
    for name, (cargo, number) in cargos.items():
        bench = Bench(tool, cargo, number >= SEVERAL, sandbox, work)
        for provider in PROVIDERS:
            gaps[(name, provider, "release")] = outcome(lambda: bench.publish_one(provider))
            gaps[(name, provider, "refused")] = outcome(lambda: bench.refuse(provider))
            gaps[(name, provider, "hint")] = outcome(lambda: bench.refused_by_the_server(provider))
            if bench.several:
                gaps[(name, provider, "several")] = outcome(lambda: bench.publish_several(provider))
                gaps[(name, provider, "rest")] = outcome(lambda: bench.publish_rest(provider))
        if bench.several:
            gaps[(name, "github", "renewed")] = outcome(lambda: bench.renew("github"))
    return gaps, "" if cargos else "cargo is not on this machine: crates.io was not tried with it"
