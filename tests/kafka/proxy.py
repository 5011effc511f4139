# SPDX-License-Identifier: Apache-2.0
"""toxiproxy between a program and a server: connections through it can be delayed, cut, held up."""
import json
import subprocess
import time
import urllib.error
import urllib.request

import parts
from broker import free_ports


class Proxy:
    """`port` leads to the server; toxics (toxiproxy's README has the list) work on it."""

    def __init__(self, api, name, port):
        self._api = api
        self._name = name
        self.port = port
        self.address = f"127.0.0.1:{port}"

    def add(self, kind, stream="downstream", **attributes):
        """A toxic for all connections, in one direction; answers its name."""
        toxic = {"type": kind, "stream": stream, "attributes": attributes,
                 "name": f"{kind}_{stream}"}
        self._api("POST", f"/proxies/{self._name}/toxics", toxic)
        return toxic["name"]

    def remove(self, toxic):
        self._api("DELETE", f"/proxies/{self._name}/toxics/{toxic}")

    def set_enabled(self, enabled):
        """False cuts all connections and refuses new ones."""
        self._api("POST", f"/proxies/{self._name}", {"enabled": enabled})


class Toxiproxy:
    """The running program. A context manager."""

    def __enter__(self):
        self.port = free_ports(1)[0]
        self.process = subprocess.Popen(
            [str(parts.toxiproxy()), "-host", "127.0.0.1", "-port", str(self.port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while True:
            try:
                self.call("GET", "/version")
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()}") from error

    def proxy(self, name, port, server, host="127.0.0.1"):
        self.call("POST", "/proxies", {"name": name, "listen": f"{host}:{port}",
                                       "upstream": server, "enabled": True})
        return Proxy(self.call, name, port)
