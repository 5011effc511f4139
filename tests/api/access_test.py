#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may do what: tokens and keys on every route, Host, Origin and CORS, listening for others.

Usage: access_test.py PATH_TO_MILLRACE
"""
import pathlib
import re
import sys

import live
import programs

TOKEN = "a-token-of-sixteen-bytes"
KEY = "key-of-payments-0001"
OTHER_KEY = "key-of-refunds-00001"
CANARY = "canary-secret-value-4711"


def with_keys(program_text):
    """SET before the statements that read the tables."""
    keys = (f"SET 'millrace.table.payments.api-keys' = '{KEY};{CANARY}';"
            f"SET 'millrace.table.refunds.api-keys' = '{OTHER_KEY}';")
    refunds = ("CREATE TABLE refunds (id BIGINT) WITH ('connector' = 'http', 'format' = 'json');"
               "EXECUTE STATEMENT SET BEGIN "
               "INSERT INTO shown SELECT id, card, amount FROM payments;"
               "INSERT INTO shown SELECT id, '', 0.0 FROM refunds; END;")
    return keys + program_text.split("INSERT")[0] + refunds


def bearer(secret):
    return {"Authorization": "Bearer " + secret}


def every_route_asks(millrace):
    with live.Program(millrace, with_keys(programs.PRINT),
                      environment={"MILLRACE_TOKEN": TOKEN}) as program:
        row = {"id": 1}
        for path in ("/ready", "/metrics"):
            assert program.request("GET", path)[0] == 401, path
            for secret, expected in ((TOKEN, 200), (KEY, 403), (TOKEN + "x", 401), ("", 401),
                                     (TOKEN[:-1], 401), (TOKEN.upper(), 401)):
                status = program.request("GET", path, headers=bearer(secret))[0]
                assert status == expected, (path, secret, status)
        assert program.request("GET", "/health")[0] == 200
        for kind in ("ingest", "decide"):
            path = f"/{kind}/payments"
            assert program.post(path, row)[0] == 401
            assert program.post(path, row, bearer(OTHER_KEY))[0] == 403
            assert program.post(path, row, {"Authorization": "Basic " + KEY})[0] == 401
            assert program.post("/ingest/nothing", row)[0] == 401, "names must not be guessed"
        assert program.post("/ingest/payments", row, bearer(KEY))[0] == 202
        assert program.post("/ingest/payments", row, {"X-Api-Key": CANARY})[0] == 202
        assert program.post("/ingest/refunds", row, bearer(OTHER_KEY))[0] == 202
        assert program.post("/ingest/refunds", row, bearer(TOKEN))[0] == 202
        assert program.post("/ingest/refunds", row, bearer(KEY))[0] == 403
        answer = program.request("GET", "/ready")
        assert answer[1]["WWW-Authenticate"] == "Bearer", answer
        metrics = program.request("GET", "/metrics", headers=bearer(TOKEN))[2].decode()
        ready = program.request("GET", "/ready", headers=bearer(TOKEN))[2].decode()
        program.stop()
        said = metrics + ready + program.errors.read_text() + program.output.read_text()
        for secret in (TOKEN, KEY, CANARY, OTHER_KEY):
            assert secret not in said, secret


def others_need_a_token(millrace):
    def refused(arguments, environment=None):
        program = live.Program(millrace, programs.PRINT, arguments=arguments,
                               environment=environment)
        program.start(expect_failure=True)
        assert program.process.returncode != 0
        return program.errors.read_text()

    public = ["--listen", "0.0.0.0:0"]
    assert "MR0814" in refused(public)
    assert "MR0814" in refused(["--listen", "[::]:0"])
    assert "MR0814" in refused(public, {"MILLRACE_TOKEN": "short"})
    assert "MR0813" in refused(["--listen", "127.0.0.1:99999"])
    assert "MR0813" in refused(["--listen", "203.0.113.7:0", "--insecure-listen"])
    assert "MR0813" in refused(["--listen", "nonsense"])
    with live.Program(millrace, programs.PRINT, arguments=public + ["--insecure-listen"]) as open_:
        assert open_.post("/ingest/payments", {"id": 1})[0] == 202
        in_use = refused(["--listen", f"127.0.0.1:{open_.port}"])
        assert "MR0813" in in_use, in_use
    with live.Program(millrace, programs.PRINT, arguments=public,
                      environment={"MILLRACE_TOKEN": TOKEN}) as program:
        assert program.post("/ingest/payments", {"id": 1})[0] == 401
        assert program.post("/ingest/payments", {"id": 1}, bearer(TOKEN))[0] == 202


def foreign_hosts_are_refused(millrace):
    with live.Program(millrace, programs.PRINT,
                      arguments=["--allow-host", "shop.example.com"]) as program:
        for host, expected in [
                ("127.0.0.1", 200), ("localhost:8080", 200), ("[::1]:80", 200), ("LOCALHOST", 200),
                ("shop.example.com", 200), ("shop.example.com:8080", 200), ("10.1.2.3", 200),
                ("evil.example.com", 403), ("127.0.0.1.evil.com", 403), ("localhost.evil.com", 403),
                ("evil.com:127.0.0.1", 403), ("[::1].evil.com", 403), ("1", 403)]:
            request = f"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n"
            answer = live.exchange(program, request.encode())
            assert live.status_of(answer) == expected, (host, answer)


def pages_need_permission(millrace):
    text = ("SET 'millrace.table.payments.cors.origins' = "
            "'https://shop.example.com;http://localhost:3000';" + programs.PRINT)
    with live.Program(millrace, text) as program:
        row = '{"id": 1}'

        def post(headers, path="/ingest/payments"):
            return program.request("POST", path, row,
                                   {"Content-Type": "application/json", **headers})

        good = "https://shop.example.com"
        status, headers, _ = post({"Origin": good})
        assert status == 202 and headers["Access-Control-Allow-Origin"] == good, headers
        assert "Origin" in headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in headers
        for origin in ("https://evil.example.com", "null", "http://shop.example.com",
                       "https://shop.example.com.evil.com", "https://shop.example.com:8443"):
            status, headers, _ = post({"Origin": origin})
            assert status == 403 and "Access-Control-Allow-Origin" not in headers, (origin, status)
            status, headers, _ = program.request(
                "OPTIONS", "/ingest/payments", headers={
                    "Origin": origin, "Access-Control-Request-Method": "POST"})
            assert status == 403 and "Access-Control-Allow-Origin" not in headers, (origin, status)
        assert post({"Origin": f"http://127.0.0.1:{program.port}"})[0] == 202
        assert post({"Sec-Fetch-Site": "cross-site"})[0] == 403
        # A form of a page, and a beacon of a permitted one.
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert post({"Origin": good, **form})[0] == 415
        assert post({"Origin": "https://evil.example.com", **form})[0] == 403
        assert post({"Origin": good, "Content-Type": "text/plain;charset=UTF-8"})[0] == 202
        # Refusals too can be read by a permitted page.
        status, headers, _ = program.request("POST", "/ingest/payments", "nonsense",
                                             {"Origin": good, "Content-Type": "application/json"})
        assert status == 400 and headers["Access-Control-Allow-Origin"] == good, headers
        status, headers, _ = program.request(
            "OPTIONS", "/ingest/payments",
            headers={"Origin": good, "Access-Control-Request-Method": "POST",
                     "Access-Control-Request-Headers": "content-type"})
        assert status == 204 and headers["Access-Control-Allow-Origin"] == good, headers
        assert "POST" in headers["Access-Control-Allow-Methods"]
        assert "Content-Type" in headers["Access-Control-Allow-Headers"]
        # Other tables and the control routes have no permitted origins.
        assert program.request("GET", "/metrics", headers={"Origin": good})[0] == 403


def methods_and_paths(millrace):
    with live.Program(millrace, programs.PRINT) as program:
        status, headers, _ = program.request("GET", "/ingest/payments")
        assert status == 405 and headers["Allow"] == "POST, OPTIONS", headers
        status, headers, _ = program.request("DELETE", "/health")
        assert status == 405 and headers["Allow"] == "GET, HEAD, OPTIONS", headers
        status, headers, body = program.request("HEAD", "/health")
        assert status == 200 and int(headers["Content-Length"]) > 10 and body == b""
        status, headers, _ = program.request("OPTIONS", "/health")
        assert status == 204 and headers["Allow"] == "GET, HEAD, OPTIONS"
        assert headers.get("X-Content-Type-Options") == "nosniff"
        for target, expected in [
                ("/", 404), ("/nothing", 404), ("/health/", 200), ("/health/x", 404),
                ("/health?x=1", 200), ("/ingest", 404), ("/ingest/payments/x", 404),
                ("/../etc/passwd", 400), ("/..%2fetc", 400), ("/..%252fetc", 404),
                ("/%2e%2e/health", 400), ("/%2e/health", 400), ("//health", 400),
                ("/health%00", 400), ("/hea%6cth", 200), ("/health%", 400), ("/health%zz", 400),
                ("/ingest/%ff", 400), ("/a\\b", 400), ("http://localhost/health", 400),
                ("/health#x", 400), ("*", 400)]:
            answer = live.exchange(program, f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                   .encode())
            assert live.status_of(answer) == expected, (target, answer[:100])


def the_contract_is_kept(millrace):
    """Every path of api/openapi.yaml is there, and answers with a status it declares."""
    contract = (pathlib.Path(__file__).resolve().parents[2] / "api" / "openapi.yaml").read_text()
    paths = re.findall(r"^  (/\S+):\n    (\w+):\n(.*?)(?=^  /|^components)", contract,
                       re.MULTILINE | re.DOTALL)
    assert len(paths) >= 5, paths
    with live.Program(millrace, programs.PRINT) as program:
        for path, method, text in paths:
            declared = {int(status) for status in re.findall(r'^        "(\d+)":', text,
                                                             re.MULTILINE)}
            status, _, _ = program.request(method.upper(), path.replace("{table}", "payments"))
            assert status in declared and status not in (404, 405), (path, status, declared)


if __name__ == "__main__":
    live.run_all([every_route_asks, others_need_a_token, foreign_hosts_are_refused,
                  pages_need_permission, methods_and_paths, the_contract_is_kept], sys.argv[1])
