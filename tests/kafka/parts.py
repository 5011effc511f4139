#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the live tests run beside Millrace: the broker's jars, toxiproxy, and a Python environment
with confluent-kafka. Each is fetched once into tests/kafka/.build, under a lock, since tests run
side by side; versions are pinned in cmake/versions.env and pom.xml.

    python3 tests/kafka/parts.py     fetches all of them (`tools/setup.sh --live`)
"""
import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE / ".build"
LIBS = BUILD / "libs"
VERSIONS = HERE.parents[1] / "cmake" / "versions.env"


def version(name):
    for line in VERSIONS.read_text().splitlines():
        key, _, value = line.partition("=")
        if key == name:
            return value
    raise KeyError(name)


@contextlib.contextmanager
def lock():
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / "lock", "w", encoding="ascii") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def broker_jars():
    """Where the broker's jars lie; copied by Maven unless they are there."""
    done = LIBS / ".complete"
    with lock():
        if not done.exists() or done.stat().st_mtime < (HERE / "pom.xml").stat().st_mtime:
            shutil.rmtree(LIBS, ignore_errors=True)  # those of another version
            subprocess.run(
                ["mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies",
                 f"-DoutputDirectory={LIBS}", "-DincludeScope=runtime"], check=True)
            done.touch()
    return LIBS


def toxiproxy():
    """The proxy's program; built by Go unless it is there."""
    wanted = version("TOXIPROXY_VERSION")
    program = BUILD / f"toxiproxy-{wanted}"
    with lock():
        if not program.exists():
            if shutil.which("go") is None:
                raise RuntimeError("Go is missing, which builds toxiproxy: tools/setup.sh --live")
            place = BUILD / "go"
            # The flag makes the module cache writable, so that it can be removed again.
            environment = {**os.environ, "GOPATH": str(place), "GOBIN": str(place / "bin"),
                           "GOFLAGS": "-modcacherw", "CGO_ENABLED": "0"}
            module = f"github.com/Shopify/toxiproxy/v2/cmd/server@v{wanted}"
            subprocess.run(["go", "install", module], check=True, env=environment)
            (place / "bin" / "server").rename(program)
            shutil.rmtree(place)
    return program


def client_python():
    """A Python that can import confluent_kafka."""
    wanted = version("CONFLUENT_KAFKA_VERSION")
    place = BUILD / f"python{sys.version_info.major}.{sys.version_info.minor}-{wanted}"
    done = place / "complete"
    with lock():
        if not done.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
            subprocess.run(
                [str(place / "bin" / "pip"), "install", "-q", "--disable-pip-version-check",
                 "--only-binary=:all:", f"confluent-kafka=={wanted}"], check=True)
            done.touch()
    return place / "bin" / "python"


def run_with_client():
    """Starts the calling script again with the Python that has confluent_kafka."""
    python = client_python()
    if pathlib.Path(sys.prefix) != python.parents[1]:
        os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    broker_jars()
    toxiproxy()
    client_python()
