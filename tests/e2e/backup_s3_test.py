#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backups in a real S3 server, and a run that goes on from them when its disk is gone.

Usage: backup_s3_test.py PATH_TO_MILLRACE
Credentials come from settings or from the environment; wrong ones are said, stop nothing and show
no secret. A server that is away for a while delays nothing, and backups go on once it is back.
Skipped where the server cannot be built (tests/kafka/parts.py).
"""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import backup_test

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kafka"))
import parts  # noqa: E402

ACCESS = "backup-user"
SECRET = "a-secret-that-nobody-may-see"


class Server:
    """An S3 server over a folder, whose folders are buckets."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        os.makedirs(os.path.join(self.folder, "bucket"), exist_ok=True)
        # Its logs are of no interest; what the program says is.
        self.process = subprocess.Popen(
            [str(self.program), "--access", ACCESS, "--secret", SECRET, "--quiet",
             "--port", f"127.0.0.1:{self.port}", "posix", "--nometa", self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    backup_test.fail("the S3 server does not start")
                time.sleep(0.05)

    def stop(self):
        self.process.kill()
        self.process.wait()


class S3Case(backup_test.Case):
    """Whose backups are in the server; the folder behind it is what the base class looks at."""

    def __init__(self, millrace, work, name, server, by_environment=True):
        copy = os.path.join(server.folder, "bucket", "backups")
        super().__init__(millrace, work, name, copy=copy)
        with open(self.sql, encoding="utf-8") as file:
            text = file.read().replace("file://" + self.copy, "s3://bucket/backups")
        plain = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        self.environment = {**plain, "AWS_EC2_METADATA_DISABLED": "true",
                            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
                            "STORE_SECRET": SECRET}
        if by_environment:
            self.environment.update(AWS_ACCESS_KEY_ID=ACCESS, AWS_SECRET_ACCESS_KEY=SECRET,
                                    AWS_ENDPOINT_URL=server.endpoint)
        else:
            text = (f"SET 's3.endpoint' = '{server.endpoint}';\n"
                    f"SET 's3.access-key' = '{ACCESS}';\n"
                    "SET 's3.secret-key' = '${env:STORE_SECRET}';\n") + text
        with open(self.sql, "w", encoding="utf-8") as file:
            file.write(text)


def lost(case, expected):
    backup_test.kill_behind(case, 15)
    shutil.rmtree(case.data)
    case.run("--from", "s3://bucket/backups", "--allow-rewind")
    backup_test.check(case.results() == expected, case.name + ": not as an undisturbed run")


def restored_by_command(case, server, expected):
    """The place and how it is reached are all on the command line."""
    backup_test.kill_behind(case, 15)
    shutil.rmtree(case.data)
    place = f"s3://bucket/backups/{case.name}"
    how = ["-D", "s3.endpoint=" + server.endpoint, "-D", "s3.access-key=" + ACCESS,
           "-D", "s3.secret-key=" + SECRET]
    said = case.call("state", "verify", place, *how)
    backup_test.check("sound" in said, said)
    case.call("state", "restore", place, "--data-dir", case.data, *how)
    case.run("--allow-rewind")
    backup_test.check(case.results() == expected, case.name + ": not as an undisturbed run")


def wrong_secret(case, expected):
    case.environment["AWS_SECRET_ACCESS_KEY"] = "wrong-" + SECRET
    said = case.run()
    backup_test.check("no backup could be made" in said, said)
    backup_test.check(SECRET not in said, "a secret is shown: " + said)
    backup_test.check(case.results() == expected, "a run without backups differs")
    said = case.call("state", "list", "s3://bucket/backups", code=3)
    backup_test.check("MR0843" in said and SECRET not in said, said)


def server_away(case, server, expected):
    process = case.start()
    backup_test.wait_for(lambda: case.epoch() > 0, "a backup", process)
    server.stop()
    time.sleep(0.3)
    server.start()
    before = case.epoch()
    backup_test.wait_for(lambda: case.epoch() > before, "backups to go on", process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    shutil.rmtree(case.data)
    case.run("--from", "s3://bucket/backups", "--allow-rewind")
    backup_test.check(case.results() == expected, case.name + ": not as an undisturbed run")


def main():
    millrace = os.path.abspath(sys.argv[1])
    program = parts.s3_server()
    if program is None:
        print("skipped: the S3 server needs Go 1.23 or later")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as work:
        backup_test.write_input(os.path.join(work, "payments.json"))
        calm = backup_test.Case(millrace, work, "calm")
        calm.run()
        expected = calm.results()
        server = Server(program, os.path.join(work, "server"))
        server.start()
        try:
            lost(S3Case(millrace, work, "environment", server), expected)
            settings = S3Case(millrace, work, "settings", server, by_environment=False)
            restored_by_command(settings, server, expected)
            wrong_secret(S3Case(millrace, work, "wrong", server), expected)
            server_away(S3Case(millrace, work, "away", server), server, expected)
        finally:
            server.stop()
    print("backups in S3: runs went on from them as if nothing had happened")


if __name__ == "__main__":
    main()
