# SPDX-License-Identifier: Apache-2.0
"""A small server of tokens (OIDC client credentials) with the keys that check them."""
import base64
import http.server
import json
import threading
import time
import urllib.parse

from certificates import openssl


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenServer:
    """Gives signed tokens to one client. A context manager."""

    CLIENT = "millrace-client"
    SECRET = "a secret: 100%+/="

    def __init__(self, directory):
        self.key = directory / "token.key"
        self.other_key = directory / "other.key"
        for key in (self.key, self.other_key):
            openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
        modulus = openssl("rsa", "-in", self.key, "-modulus", "-noout").decode()
        self.modulus = bytes.fromhex(modulus.strip().partition("=")[2])
        self.lifetime = 600  # seconds of a token
        self.signs_with = self.key
        self.requests = []  # (whether it was the client, the form)
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(200, server.keys())

            def do_POST(self):
                form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                known = server.knows(self.headers.get("Authorization", ""))
                server.requests.append((known, urllib.parse.parse_qs(form)))
                if not known:
                    self.answer(401, {"error": "invalid_client"})
                    return
                self.answer(200, {"access_token": server.token(), "token_type": "Bearer",
                                  "expires_in": server.lifetime})

            def answer(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def knows(self, authorization):
        kind, _, text = authorization.partition(" ")
        try:
            name, _, secret = base64.b64decode(text).decode().partition(":")
        except ValueError:
            return False
        return kind == "Basic" and (name, secret) == (self.CLIENT, self.SECRET)

    def keys(self):
        return {"keys": [{"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "e": "AQAB",
                          "n": encoded(self.modulus)}]}

    def token(self):
        now = int(time.time())
        claims = {"sub": "alice", "iss": self.address, "aud": "kafka", "scope": "payments",
                  "iat": now, "exp": now + self.lifetime}
        head = {"alg": "RS256", "kid": "1", "typ": "JWT"}
        text = ".".join(encoded(json.dumps(part).encode()) for part in (head, claims))
        signature = openssl("dgst", "-sha256", "-sign", self.signs_with, data=text.encode())
        return text + "." + encoded(signature)
