# SPDX-License-Identifier: Apache-2.0
"""A real Kafka broker for tests, alone or one of a cluster: on free ports of the loopback, in a
temporary directory, ended by its process id. The jars come once by Maven into tests/kafka/.build.

    python3 tests/kafka/broker.py     starts one, prints its address, ends it on Enter
"""
import base64
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import typing

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402

HERE = parts.HERE
LIBS = parts.LIBS
START_SECONDS = 180
# Below the ports that the system gives to outgoing connections: those of other tests would be in
# the way when the broker comes to listen, seconds after the port was found to be free.
PORTS = range(15000, 32000)

PROPERTIES = """
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
listeners={listeners},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={advertised}
listener.security.protocol.map={protocols},CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAIN
controller.listener.names=CONTROLLER
ssl.keystore.type=PEM
ssl.keystore.location={directory}/server.pem
log.dirs={directory}/data
num.partitions=1
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=true
num.network.threads=2
num.io.threads=4
log.retention.ms=-1
"""
LOGIN = "org.apache.kafka.common.security"


class Listener(typing.NamedTuple):
    """A listener of the broker; clients are told to come back to `advertised`, if it is given, of
    that host."""
    protocol: str
    settings: dict = {}  # without "listener.name.NAME."
    advertised: int = 0
    host: str = "127.0.0.1"


class Member(typing.NamedTuple):
    """A place in a cluster: which of the nodes, from 1, and the ports of their controllers."""
    number: int
    controllers: list
    cluster: str


def cluster_id():
    return base64.urlsafe_b64encode(b"cluster" + random.randbytes(9)).decode().rstrip("=")


LISTENERS = {
    "PLAIN": Listener("PLAINTEXT"),
    "SASL": Listener("SASL_PLAINTEXT", {
        "sasl.enabled.mechanisms": "PLAIN",
        "plain.sasl.jaas.config": f'{LOGIN}.plain.PlainLoginModule required username="admin" '
                                  'password="admin" user_admin="admin" '
                                  'user_alice="correct horse";'}),
    "TLS": Listener("SASL_SSL", {  # user bob, password "tr0ub4dor"
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "scram-sha-512.sasl.jaas.config": f"{LOGIN}.scram.ScramLoginModule required;"}),
}


def free_ports(count):
    found = []
    while len(found) < count:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


class Broker:
    """Started at once; `stop` also removes its directory. `listeners` come on top of LISTENERS,
    `settings` are of the whole broker, `jvm` are options of Java. One that is a `member` of a
    cluster is started by it."""

    def __init__(self, listeners=None, settings=None, jvm=(), member=None):
        parts.broker_jars()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="millrace-kafka-"))
        self.jvm = list(jvm)
        self.listeners = {**LISTENERS, **(listeners or {})}
        ports = free_ports(len(self.listeners) + 1)
        self.addresses = {name: f"127.0.0.1:{port}"
                          for name, port in zip(self.listeners, ports[1:])}
        self.address = self.addresses["PLAIN"]
        self.sasl_address = self.addresses["SASL"]
        self.tls_address = self.addresses["TLS"]
        self.certificate = self.directory / "certificate.pem"
        self._make_certificate()
        self.properties = self.directory / "server.properties"
        self.member = member or Member(1, [ports[0]], cluster_id())
        self.properties.write_text(self._properties(settings or {}))
        self._java("kafka.tools.StorageTool", "format", "-t", self.member.cluster, "-c",
                   str(self.properties), "--add-scram",
                   "SCRAM-SHA-512=[name=bob,password=tr0ub4dor]")
        self.process = None
        self.tool = None
        if member is None:
            self.start()

    def _properties(self, settings):
        def joined(form):
            return ",".join(form(name, listener) for name, listener in self.listeners.items())

        def advertised(name, listener):
            port = f"{listener.host}:{listener.advertised}"
            return f"{name}://{port if listener.advertised else self.addresses[name]}"

        controllers = self.member.controllers
        voters = (f"{i + 1}@127.0.0.1:{port}" for i, port in enumerate(controllers))
        text = PROPERTIES.format(
            node=self.member.number, voters=",".join(voters),
            controller=controllers[self.member.number - 1], directory=self.directory,
            listeners=joined(lambda name, _: f"{name}://{self.addresses[name]}"),
            advertised=joined(advertised),
            protocols=joined(lambda name, listener: f"{name}:{listener.protocol}"))
        for key, value in settings.items():
            text += f"{key}={value}\n"
        for name, listener in self.listeners.items():
            for key, value in listener.settings.items():
                text += f"listener.name.{name.lower()}.{key}={value}\n"
        return text

    def _make_certificate(self):
        key = self.directory / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out",
             str(self.certificate)], check=True, capture_output=True)
        (self.directory / "server.pem").write_text(key.read_text() + self.certificate.read_text())

    def _options(self):
        return ["java", "-Xms512m", "-Xmx512m", "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true", *self.jvm,
                f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
                f"-Dkafka.logs.dir={self.directory}", "-cp", f"{LIBS}/*"]

    def _java(self, *arguments):
        done = subprocess.run([*self._options(), *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def start(self):
        self.launch()
        self.wait_until_up()

    def launch(self):
        log = open(self.directory / "stdout.log", "ab")
        self.process = subprocess.Popen(
            [*self._options(), "kafka.Kafka", str(self.properties)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()

    def wait_until_up(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError((self.directory / "stdout.log").read_text()[-4000:])
            asked = subprocess.run(
                ["kcat", "-b", self.address, "-L", "-m", "2"], capture_output=True, text=True)
            if asked.returncode == 0 and f"broker {self.member.number} at" in asked.stdout:
                return
            time.sleep(0.2)
        raise RuntimeError("the broker did not start")

    def _ask(self, command):
        """One command of TopicTool, which is started when it is needed first."""
        if self.tool is None:
            self.tool = subprocess.Popen(
                ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{LIBS}/*",
                 str(HERE / "TopicTool.java"), self.address],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True)
        self.tool.stdin.write(command + "\n")
        self.tool.stdin.flush()
        answer = self.tool.stdout.readline().strip()
        if answer != "ok":
            raise RuntimeError(f"{command}: {answer}")

    def create_topic(self, name, partitions, config=None):
        entries = [f" {key}={value}" for key, value in (config or {}).items()]
        self._ask(f"create {name} {partitions}" + "".join(entries))

    def grow_topic(self, name, partitions):
        self._ask(f"grow {name} {partitions}")

    def delete_topic(self, name):
        self._ask(f"delete {name}")

    def delete_records(self, topic, partition, before):
        self._ask(f"trim {topic} {partition} {before}")

    def kill(self):
        """SIGKILL, as a machine that loses power."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self):
        """SIGTERM, as for maintenance."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def stop(self):
        if self.tool is not None:
            self.tool.stdin.close()
            self.tool.kill()
            self.tool.wait()
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


def main():
    broker = Broker()
    try:
        print(broker.address, broker.sasl_address, os.getpid(), flush=True)
        sys.stdin.readline()
    finally:
        broker.stop()


if __name__ == "__main__":
    main()
