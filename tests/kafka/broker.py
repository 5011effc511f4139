# SPDX-License-Identifier: Apache-2.0
"""A real Kafka broker of one node for tests: on free ports of the loopback, in a temporary
directory, ended by its process id. The jars come once by Maven into tests/kafka/.build.

    python3 tests/kafka/broker.py     starts one, prints its address, ends it on Enter
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

HERE = pathlib.Path(__file__).resolve().parent
LIBS = HERE / ".build" / "libs"
START_SECONDS = 120

PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAIN://127.0.0.1:{port},SASL://127.0.0.1:{sasl},TLS://127.0.0.1:{tls}, \\
 CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAIN://127.0.0.1:{port},SASL://127.0.0.1:{sasl},TLS://127.0.0.1:{tls}
listener.security.protocol.map=PLAIN:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SASL_SSL, \\
 CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAIN
controller.listener.names=CONTROLLER
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \
 required username="admin" password="admin" user_admin="admin" user_alice="correct horse";
listener.name.tls.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.tls.scram-sha-512.sasl.jaas.config= \\
 org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={directory}/server.pem
log.dirs={data}
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


def fetch_jars():
    """Copies the broker's jars unless they are there."""
    done = LIBS / ".complete"
    if done.exists() and done.stat().st_mtime >= (HERE / "pom.xml").stat().st_mtime:
        return
    subprocess.run(
        ["mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies",
         f"-DoutputDirectory={LIBS}", "-DincludeScope=runtime"], check=True)
    done.touch()


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Broker:
    """Started at once; `stop` also removes its directory."""

    def __init__(self):
        fetch_jars()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="millrace-kafka-"))
        self.port, self.sasl_port, tls_port, controller = free_ports(4)
        self.address = f"127.0.0.1:{self.port}"
        self.sasl_address = f"127.0.0.1:{self.sasl_port}"
        self.tls_address = f"127.0.0.1:{tls_port}"  # SCRAM-SHA-512, user bob, password "tr0ub4dor"
        self.certificate = self.directory / "certificate.pem"
        self._make_certificate()
        self.properties = self.directory / "server.properties"
        self.properties.write_text(PROPERTIES.format(
            port=self.port, sasl=self.sasl_port, tls=tls_port, controller=controller,
            directory=self.directory, data=self.directory / "data"))
        uuid = self._java("kafka.tools.StorageTool", "random-uuid").strip().splitlines()[-1]
        self._java("kafka.tools.StorageTool", "format", "-t", uuid, "-c", str(self.properties),
                   "--add-scram", "SCRAM-SHA-512=[name=bob,password=tr0ub4dor]")
        self.process = None
        self.tool = None
        self.start()

    def _make_certificate(self):
        key = self.directory / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out",
             str(self.certificate)], check=True, capture_output=True)
        (self.directory / "server.pem").write_text(key.read_text() + self.certificate.read_text())

    def _options(self):
        return ["java", "-Xms512m", "-Xmx512m", "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true",
                f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
                f"-Dkafka.logs.dir={self.directory}", "-cp", f"{LIBS}/*"]

    def _java(self, *arguments):
        done = subprocess.run([*self._options(), *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def start(self):
        log = open(self.directory / "stdout.log", "ab")
        self.process = subprocess.Popen(
            [*self._options(), "kafka.Kafka", str(self.properties)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError((self.directory / "stdout.log").read_text()[-4000:])
            asked = subprocess.run(
                ["kcat", "-b", self.address, "-L", "-m", "2"], capture_output=True, text=True)
            if asked.returncode == 0 and "broker 1 at" in asked.stdout:
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

    def delete_topic(self, name):
        self._ask(f"delete {name}")

    def delete_records(self, topic, partition, before):
        self._ask(f"trim {topic} {partition} {before}")

    def kill(self):
        """SIGKILL, as a machine that loses power."""
        self.process.send_signal(signal.SIGKILL)
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
