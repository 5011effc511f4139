# SPDX-License-Identifier: Apache-2.0
"""What tests of state on the disk have in common: kill -9 at random moments, each start with
another parallelism, and in the end the rows of every table compared with those expected."""
import collections
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile

KILLS = 4
WAIT_SECONDS = 240


def rows_of(folder):
    rows = collections.Counter()
    for path in folder.iterdir():
        if path.name.startswith((".", "_")):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            rows[tuple(cell.strip('"') for cell in line.split(","))] += 1
    return rows


def run(millrace, work, chance):
    killed = 0
    while True:
        process = subprocess.Popen(
            [millrace, "run", work / "cold.sql", "--quiet", "--data-dir", work / "data",
             "-D", f"parallelism.default={chance.randint(1, 3)}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            wait = WAIT_SECONDS if killed == KILLS else chance.uniform(0.4, 1.5)
            _, error = process.communicate(timeout=wait)
            if process.returncode != 0:
                sys.exit(f"FAILED: {error.decode()}")
            return killed
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if killed == KILLS:
                sys.exit("FAILED: it does not end")
            killed += 1


def main(sql, write_input):
    """`write_input(folder, random)` answers what is to come out, by the name of its table."""
    millrace = os.path.abspath(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        expected = write_input(work, chance)
        (work / "cold.sql").write_text(sql.format(work=work), encoding="utf-8")
        killed = run(millrace, work, chance)
        for name, rows in expected.items():
            found = rows_of(work / name)
            if found != rows:
                sys.exit(f"FAILED: {name}: {sum((rows - found).values())} are missing, "
                         f"{sum((found - rows).values())} are too much, such as "
                         f"{list((found - rows).items())[:3]} {list((rows - found).items())[:3]}")
        sizes = ", ".join(f"{sum(rows.values())} {name}" for name, rows in expected.items())
        print(f"all of {sizes} are right after {killed} kills")
