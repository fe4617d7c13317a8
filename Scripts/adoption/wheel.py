"""Packs the built tool as a wheel for this machine, so that `pip install token-broker` can be run in a check.

Usage: wheel.py TOOL FOLDER
"""

import base64
import hashlib
import os
import subprocess
import sys
import sysconfig
import zipfile

tool, folder = sys.argv[1:]
version = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
info = f"token_broker-{version}.dist-info"
files = {
    f"token_broker-{version}.data/scripts/token-broker": open(tool, "rb").read(),
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: token-broker\nVersion: {version}\n".encode(),
    f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: check\nRoot-Is-Purelib: false\nTag: py3-none-{platform}\n".encode(),
}
record = "".join(
    "{},sha256={},{}\n".format(
        name, base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode(), len(data))
    for name, data in files.items())
files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
os.makedirs(folder, exist_ok=True)
with zipfile.ZipFile(os.path.join(folder, f"token_broker-{version}-py3-none-{platform}.whl"), "w") as wheel:
    for name, data in files.items():
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
        wheel.writestr(entry, data)
