"""What the rows of all tools stand on: commands that are run to their end, and a sandbox of their own."""

import glob
import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
import urllib.request

PROVIDERS = ["github", "gitlab"]
REGISTRIES = ["testpypi", "pypi"]


class Gap(Exception):
    """Something that did not happen as it should."""


def run(command, seconds=300, text="", **more):
    """Runs a command to its end; its output is kept, standard input is a text or empty."""
    try:
        return subprocess.run(
            command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
            errors="replace", timeout=seconds, **more)
    except subprocess.TimeoutExpired:
        raise Gap(f"{' '.join(command[:3])} did not end within {seconds} s") from None


def quoted(text, lines=40):
    """The end of an output without the masks, so that no line of it can be a workflow command."""
    rows = [line for line in text.splitlines() if not line.startswith("::add-mask::")]
    return "\n".join("    | " + line[:300].replace("::", ": :") for line in rows[-lines:])


def write(folder, files):
    for name, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)


def environment(programs, home=None):
    """Variables in which a tool finds itself, and nothing of the user's."""
    variables = {
        name: value for name, value in os.environ.items()
        if re.match(r"(LANG|LC_.*|TERM|TMPDIR|LD_LIBRARY_PATH)$", name)
    }
    variables |= {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin", "HOME": home or programs,
        # Fixed times make flit build the same files again.
        "SOURCE_DATE_EPOCH": "1700000000", "NO_PROXY": "127.0.0.1,localhost", "PDM_CHECK_UPDATE": "false",
        # pdm's cache is a database: of two that run at once, one may find it locked.
        "PDM_CACHE_DIR": tempfile.mkdtemp(prefix="pdm-cache-", dir=home or programs),
    }
    return variables


def digests(folder):
    """The SHA-256 of each distribution file in a folder, by its name."""
    found = {}
    for path in glob.glob(os.path.join(folder, "dist", "*")):
        if path.endswith((".whl", ".tar.gz")):
            with open(path, "rb") as file:
                found[os.path.basename(path)] = hashlib.sha256(file.read()).hexdigest()
    return found


class Sandbox:
    """A sandbox of its own for one job."""

    def __init__(self, tool, provider, *options):
        self.process = subprocess.Popen(
            [tool, "sandbox", "--provider", provider, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin"})
        # The line on standard error comes after all variables.
        self.process.stderr.readline()
        self.variables = {}
        while "TOKEN_BROKER_SANDBOX" not in self.variables:
            line = self.process.stdout.readline()
            if not line:
                raise Gap("the sandbox did not start")
            name, value = line.removeprefix("export ").rstrip("\n").split("=", 1)
            self.variables[name] = value.strip("'")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process.stderr.close()

    def get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.variables["TOKEN_BROKER_SANDBOX"] + path, timeout=30) as answer:
            return json.load(answer)

    def uploads(self):
        """What each index received, by its name: file name and SHA-256, in the order it came."""
        found = {name: [] for name in REGISTRIES}
        for upload in self.get("/uploads"):
            if upload["username"] != "__token__":
                raise Gap(f"{upload['filename']} came with the user name {upload['username']}")
            found[upload["registry"]].append((upload["filename"], upload["sha256"]))
        return found

    def paths(self, registry):
        """The requests to an index, in order."""
        return [request["target"] for request in self.get("/requests") if request["listener"] == registry]
