# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates for tests, made by openssl."""
import subprocess


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True,
                          input=data).stdout


class Authority:
    """Signs certificates; each is a PEM file of key and certificate."""

    def __init__(self, directory, name):
        self.directory = directory
        self.key = directory / f"{name}.key"
        self.certificate = directory / f"{name}.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def sign(self, name, alternative="IP:127.0.0.1", days=2):
        """`days` may be negative: the certificate is one of the past."""
        key, request, signed = (self.directory / f"{name}.{end}" for end in ("key", "csr", "crt"))
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key,
                "-out", request)
        extension = self.directory / f"{name}.ext"
        extension.write_text(f"subjectAltName={alternative}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                "-CAcreateserial", "-days", days, "-extfile", extension, "-out", signed)
        both = self.directory / f"{name}.both.pem"
        both.write_text(key.read_text() + signed.read_text())
        return both
