#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `make install` puts in place runs from there alone, and what deploy/ says about it is true.

The installed tree is run without the environment and without the clone's libraries; the packages of
the Docker image are compared with those whose libraries the program loads; the systemd unit is
checked by systemd-analyze where it is installed.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
IS_DEBIAN_12 = re.search(
    r'^ID=debian\n(.*\n)*VERSION_ID="12"|^VERSION_ID="12"\n(.*\n)*ID=debian',
    pathlib.Path("/etc/os-release").read_text(), re.M) is not None


def loaded_libraries(program):
    """Paths of the shared libraries that the dynamic linker finds for the program."""
    out = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    assert "not found" not in out, out
    return [line.split("=>")[1].split()[0] for line in out.splitlines() if "=> /" in line]


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = pathlib.Path(tempfile.mkdtemp(prefix="millrace-install-"))
        subprocess.run(
            ["cmake", "--install", str(PROGRAM.parent), "--prefix", str(cls.place)],
            check=True, capture_output=True)
        cls.installed = cls.place / "bin" / "millrace"

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.place)

    def test_runs_from_where_it_was_installed(self):
        out = subprocess.run(
            [str(self.installed), "run", "-e", "SELECT 1 + 1 AS two"], env={}, cwd=self.place,
            capture_output=True, text=True, timeout=120)
        self.assertEqual((out.returncode, out.stdout), (0, "+I[2]\n"), out.stderr)

    def test_brings_its_own_libraries(self):
        own = [p for p in loaded_libraries(self.installed) if p.startswith(str(self.place))]
        names = " ".join(os.path.basename(p) for p in own)
        for library in ("libarrow.so", "libarrow_s3.so", "libparquet.so", "libonnxruntime.so"):
            self.assertIn(library, names)
        outside = [p for p in loaded_libraries(self.installed) if str(ROOT) in p]
        self.assertEqual(outside, [])

    if IS_DEBIAN_12:  # as the image is

        def test_the_image_has_every_package_it_needs(self):
            dockerfile = (ROOT / "deploy/docker/Dockerfile").read_text()
            last_stage = dockerfile.split("FROM debian:12-slim")[1]
            install = last_stage.split("--no-install-recommends")[1].split("&& rm")[0]
            listed = set(install.replace("\\", " ").split())
            closure = set()
            for package in listed:
                out = subprocess.run(
                    ["apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests",
                     "--no-conflicts", "--no-breaks", "--no-replaces", "--no-enhances", package],
                    capture_output=True, text=True, check=True).stdout
                closure |= set(re.findall(r"^(\w\S+)$", out, re.M))
            needed = set()
            for path in loaded_libraries(self.installed):
                if path.startswith(str(self.place)):
                    continue
                names = {path, os.path.realpath(path)}
                names |= {n[4:] for n in names if n.startswith("/usr/")}
                names |= {"/usr" + n for n in names if n.startswith("/lib")}
                for name in names:
                    out = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True)
                    if out.returncode == 0:
                        needed.add(out.stdout.split(":")[0])
                        break
                else:
                    self.fail(f"no package owns {path}")
            self.assertGreater(len(needed), 10)
            self.assertEqual(sorted(needed - closure), [])

    if shutil.which("systemd-analyze"):

        def test_the_unit_is_valid(self):
            unit = self.place / "millrace@.service"
            text = (ROOT / "deploy/systemd/millrace@.service").read_text()
            unit.write_text(text.replace("/usr/local/bin/millrace", str(self.installed)))
            out = subprocess.run(["systemd-analyze", "verify", str(unit)],
                                 capture_output=True, text=True)
            complaints = [line for line in out.stderr.splitlines() if "millrace@" in line]
            self.assertEqual(complaints, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
