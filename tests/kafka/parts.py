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
import re
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


def go_program(name, module, built_as):
    """A program of that name; built by Go from `module@version` unless it is there."""
    program = BUILD / name
    with lock():
        if not program.exists():
            if shutil.which("go") is None:
                raise RuntimeError(f"Go is missing, which builds {name}: tools/setup.sh --live")
            place = BUILD / "go"
            # The flag makes the module cache writable, so that it can be removed again.
            environment = {**os.environ, "GOPATH": str(place), "GOBIN": str(place / "bin"),
                           "GOFLAGS": "-modcacherw", "CGO_ENABLED": "0"}
            subprocess.run(["go", "install", module], check=True, env=environment)
            (place / "bin" / built_as).rename(program)
            shutil.rmtree(place)
    return program


def toxiproxy():
    """The proxy's program."""
    wanted = version("TOXIPROXY_VERSION")
    return go_program(f"toxiproxy-{wanted}",
                      f"github.com/Shopify/toxiproxy/v2/cmd/server@v{wanted}", "server")


def s3_server():
    """An S3 server's program; None where Go is too old to build it."""
    wanted = version("VERSITYGW_VERSION")
    name = f"versitygw-{wanted}"
    if not (BUILD / name).exists():
        if shutil.which("go") is None:
            return None
        said = subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"go(\d+)\.(\d+)", said)
        if (int(found.group(1)), int(found.group(2))) < (1, 23):
            return None
    return go_program(name, f"github.com/versity/versitygw/cmd/versitygw@v{wanted}", "versitygw")


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
