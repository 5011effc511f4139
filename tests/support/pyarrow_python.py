# SPDX-License-Identifier: Apache-2.0
"""A Python that has pyarrow: the one that runs this, `python3`, or one made under build/."""
import fcntl
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def has_pyarrow(python):
    try:
        return subprocess.run([python, "-c", "import pyarrow"], capture_output=True,
                              check=False).returncode == 0
    except OSError:
        return False


def find():
    for python in (sys.executable, "python3"):
        if has_pyarrow(python):
            return python
    home = ROOT / "build" / "python-with-pyarrow"
    python = str(home / "bin" / "python3")
    home.parent.mkdir(exist_ok=True)
    with open(home.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not has_pyarrow(python):
            versions = (ROOT / "cmake" / "versions.env").read_text()
            version = re.search(r"^ARROW_VERSION=(.*)$", versions, re.M).group(1)
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check",
                            f"pyarrow=={version}"], check=True)
    return python
