#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at the n-th link, rename, sync, write or removal of a run that makes backups on and on.

Usage: backup_kill_test.py PATH_TO_MILLRACE [SEED [RUNS]]
strace delivers the signal when the call is made, so every place of a backup is hit, and of a
restore. After each kill the newest backup is sound and none is older than one that was there
before; the data directory is deleted now and then. At the end there is what an undisturbed run
gives.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import backup_test

# Up to which occurrence a call is hit.
CALLS = {"link": 6, "rename": 60, "fsync": 40, "fdatasync": 40, "write": 400, "unlink": 60,
         "rmdir": 30, "mkdir": 30}
KILLS = 4


def traced(case, call, place, *arguments):
    """The exit status, -9 if the signal came."""
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=" + call,
         "-e", f"inject={call}:signal=SIGKILL:when={place}", case.millrace, *arguments],
        capture_output=True, text=True, timeout=240, check=False)
    if done.returncode not in (0, -9, 137):
        backup_test.fail(f"{case.name}, killed at {call} {place}: {arguments} ended with "
                         f"{done.returncode}: {done.stderr}")
    return -9 if done.returncode else 0


def sound(case, known):
    """The newest backup can be restored; the epoch it has."""
    epoch = case.epoch()
    if epoch < known:
        backup_test.fail(f"{case.name}: the newest backup has epoch {epoch}, there was {known}")
    if epoch > 0:
        said = case.call("state", "verify", os.path.join(case.copy, case.name))
        backup_test.check("sound" in said, said)
    return epoch


def finished(case):
    try:
        with open(os.path.join(case.data, "run.json"), encoding="utf-8") as file:
            return json.load(file)["run"]["state"] == "finished"
    except FileNotFoundError:
        return False


def one_run(case, chance):
    """Returns how often it was killed, and how often its disk was lost."""
    epoch = kills = losses = 0
    for _ in range(KILLS):
        call = chance.choice(list(CALLS))
        parallel = f"parallelism.default={chance.randint(1, 3)}"
        if traced(case, call, chance.randint(1, CALLS[call]), "run", case.sql, "--data-dir",
                  case.data, "--allow-rewind", "-D", parallel) == 0:
            return kills, losses
        kills += 1
        epoch = sound(case, epoch)
        if finished(case):  # hit on its way out, in the last backup: another start begins afresh
            return kills, losses
        if epoch == 0 or chance.random() < 0.4:
            continue
        losses += 1
        shutil.rmtree(case.data)
        place = os.path.join(case.copy, case.name)
        restore = ["state", "restore", place, "--data-dir", case.data]
        if traced(case, chance.choice(["write", "fsync", "rename", "mkdir"]),
                  chance.randint(1, 12), *restore) != 0:
            kills += 1
        case.call(*restore)
    case.run("--allow-rewind")
    return kills, losses


def main():
    millrace = os.path.abspath(sys.argv[1])
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 8
    kills = losses = 0
    backup_test.SQL = backup_test.SQL.replace("'50 ms'", "'10 ms'")
    backup_test.SQL = backup_test.SQL.replace("'4000'", "'8000'")
    backup_test.ROWS = 6000
    with tempfile.TemporaryDirectory() as work:
        backup_test.write_input(os.path.join(work, "payments.json"))
        calm = backup_test.Case(millrace, work, "calm")
        calm.run()
        expected = calm.results()
        for number in range(runs):
            case = backup_test.Case(millrace, work, f"run{number}")
            killed, lost = one_run(case, chance)
            kills += killed
            losses += lost
            if case.results() != expected:
                backup_test.fail(f"{case.name} is not as an undisturbed run")
    backup_test.check(kills >= runs and losses > 0, f"{kills} kills, {losses} lost disks")
    print(f"{kills} kills and {losses} lost disks in {runs} runs, output as without")


if __name__ == "__main__":
    main()
