#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who is let in by a real broker and whom we trust: tokens of a token server, certificates of both
sides. Every refusal names its reason, and nothing is tried with less security instead.

Usage: security_test.py PATH_TO_MILLRACE [NAME_OF_A_TEST...]
"""
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402

parts.run_with_client()
from broker import LOGIN, Broker, Listener  # noqa: E402
from case import KafkaCase, run_all  # noqa: E402
from certificates import Authority  # noqa: E402
from client import Client  # noqa: E402
from tokens import TokenServer  # noqa: E402

PLACE = tempfile.TemporaryDirectory(prefix="millrace-security-")
DIRECTORY = pathlib.Path(PLACE.name)
AUTHORITY = Authority(DIRECTORY, "authority")
STRANGER = Authority(DIRECTORY, "stranger")
TOKENS = TokenServer(DIRECTORY)
CLIENT = AUTHORITY.sign("client")
FALSE_CLIENT = STRANGER.sign("false-client")


def tls(certificate, **settings):
    return Listener("SSL", {"ssl.keystore.type": "PEM", "ssl.keystore.location": certificate,
                            **settings})


def make_broker():
    handler = "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler"
    listeners = {
        "OAUTH": Listener("SASL_PLAINTEXT", {
            "sasl.enabled.mechanisms": "OAUTHBEARER",
            "oauthbearer.sasl.server.callback.handler.class": handler,
            "oauthbearer.connections.max.reauth.ms": "3600000",
            "oauthbearer.sasl.jaas.config":
                f"{LOGIN}.oauthbearer.OAuthBearerLoginModule required;"}),
        "MTLS": tls(AUTHORITY.sign("server"), **{
            "ssl.client.auth": "required", "ssl.truststore.type": "PEM",
            "ssl.truststore.location": AUTHORITY.certificate}),
        "ELSEWHERE": tls(AUTHORITY.sign("elsewhere", "DNS:kafka.example.com")),
        "EXPIRED": tls(AUTHORITY.sign("expired", days=-1)),
    }
    keys = TOKENS.address + "/keys"
    return Broker(listeners, {"sasl.oauthbearer.jwks.endpoint.url": keys,
                              "sasl.oauthbearer.expected.audience": "kafka",
                              "sasl.oauthbearer.expected.issuer": TOKENS.address},
                  [f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={keys}"])


class SecurityTest(KafkaCase):
    def setUp(self):
        super().setUp()
        self.client = Client(self.broker.address)
        self.client.create(self.topic)
        self.client.produce(self.topic, [b'{"id": 1}'])
        TOKENS.lifetime = 600
        TOKENS.signs_with = TOKENS.key
        TOKENS.requests.clear()

    def check_read(self, **options):
        rows = self.select(self.table("src", "id BIGINT", **options), "SELECT id FROM src")
        self.assertEqual([json.loads(row) for row in rows], [{"id": 1}])

    def check_refused(self, *reasons, code="MR0524", **options):
        """The program ends soon, and its answer holds one of the reasons."""
        answer = self.run_sql(self.table("src", "id BIGINT", **options) + "SELECT id FROM src;",
                              expect=1, extra=("--connect-timeout", "60 s"))
        self.assertIn(code, answer)
        self.assertTrue(any(reason in answer for reason in reasons), answer)
        return answer

    def with_tokens(self, **options):
        return {"properties_bootstrap_servers": self.broker.addresses["OAUTH"],
                "properties_security_protocol": "SASL_PLAINTEXT",
                "properties_sasl_mechanism": "OAUTHBEARER",
                "properties_sasl_oauthbearer_token_endpoint_url": TOKENS.address + "/token",
                "properties_sasl_oauthbearer_client_id": TOKENS.CLIENT,
                "properties_sasl_oauthbearer_client_secret": TOKENS.SECRET,
                "properties_sasl_oauthbearer_scope": "payments", **options}

    def with_tls(self, listener, **options):
        return {"properties_bootstrap_servers": self.broker.addresses[listener],
                "properties_security_protocol": "SSL",
                "properties_ssl_ca_location": AUTHORITY.certificate, **options}

    def test_tokens(self):
        self.check_read(**self.with_tokens())
        known, form = TOKENS.requests[0]
        self.assertTrue(known)
        self.assertEqual((form["grant_type"], form["scope"]), (["client_credentials"],
                                                               ["payments"]))
        jaas = (f"{LOGIN}.oauthbearer.OAuthBearerLoginModule required "
                f'clientId="{TOKENS.CLIENT}" clientSecret="{TOKENS.SECRET}" scope="payments";')
        self.check_read(**self.with_tokens(
            properties_sasl_oauthbearer_client_id=None,
            properties_sasl_oauthbearer_client_secret=None, properties_sasl_oauthbearer_scope=None,
            properties_sasl_jaas_config=jaas))

    def test_tokens_are_refused(self):
        """By the token server, and by the broker: signed by a key that it does not know."""
        answer = self.check_refused("invalid_client", "401", **self.with_tokens(
            properties_sasl_oauthbearer_client_secret="canary-secret"))
        self.assertNotIn("canary-secret", answer)
        self.assertFalse(any(known for known, _ in TOKENS.requests))
        TOKENS.signs_with = TOKENS.other_key
        answer = self.check_refused("invalid_token", "nvalid", **self.with_tokens())
        self.assertNotIn(TOKENS.SECRET, answer)

    def test_tokens_run_out(self):
        """A program outlives many tokens: each is renewed before it runs out."""
        TOKENS.lifetime = 6
        process = self.start_sql(self.endless_copy(self.with_tokens(), self.with_tokens()))
        out = self.topic + "_out"
        wanted = 1

        def all_out():
            return len({record.value for record in self.client.read(out)}) == wanted

        self.wait_until(all_out, "the first row comes out", process)
        asked = len(TOKENS.requests)
        while len(TOKENS.requests) < asked + 6:
            wanted += 1
            self.client.produce(self.topic, [b'{"id": %d}' % wanted])
            self.wait_until(all_out, "the next row comes out", process)
        self.stop(process)

    def test_certificates_of_both_sides(self):
        self.check_read(**self.with_tls("MTLS", properties_ssl_keystore_type="PEM",
                                        properties_ssl_keystore_location=CLIENT))
        self.check_read(**self.with_tls("MTLS", properties_ssl_certificate_location=CLIENT,
                                        properties_ssl_key_location=CLIENT))
        self.check_refused("certificate", **self.with_tls("MTLS"))
        self.check_refused("unknown ca", "certificate", **self.with_tls(
            "MTLS", properties_ssl_certificate_location=FALSE_CLIENT,
            properties_ssl_key_location=FALSE_CLIENT))

    def test_certificate_of_another_host(self):
        self.check_refused("ertificate verify failed", "hostname", "IP address mismatch",
                           **self.with_tls("ELSEWHERE"))
        # Only who says so goes without the check.
        self.check_read(**self.with_tls("ELSEWHERE",
                                        properties_ssl_endpoint_identification_algorithm=""))

    def test_certificate_that_is_not_valid(self):
        self.check_refused("expired", **self.with_tls("EXPIRED"))
        self.check_refused("ertificate verify failed", "issuer certificate", **self.with_tls(
            "EXPIRED", properties_ssl_ca_location=STRANGER.certificate))

    def test_plain_and_encrypted_do_not_mix(self):
        """A connection that is closed at once may also be one of a broker that starts: the program
        waits, says what it may be, and never tries the other way."""
        plain = {"properties_bootstrap_servers": self.broker.addresses["ELSEWHERE"]}
        for options, reason in ((self.with_tls("PLAIN"), "PLAINTEXT broker listener?"),
                                (plain, "security.protocol")):
            answer = self.run_sql(
                self.table("src", "id BIGINT", **options) + "SELECT id FROM src;", expect=3,
                extra=("--connect-timeout", "5 s"))
            self.assertIn("MR0522", answer)
            self.assertIn(reason, answer)


if __name__ == "__main__":
    try:
        run_all(SecurityTest, make_broker)
    finally:
        TOKENS.stop()
        PLACE.cleanup()
