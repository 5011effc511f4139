# SPDX-License-Identifier: Apache-2.0
"""A Kafka cluster of three nodes for tests, each broker and controller: topics, offsets and
transactions have a replica on each, so any one may go and everything goes on."""
from broker import Broker, Member, cluster_id, free_ports

NODES = 3
SETTINGS = {
    "default.replication.factor": "3", "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3", "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2", "controlled.shutdown.enable": "true",
    "broker.session.timeout.ms": "4000", "controller.quorum.election.timeout.ms": "500",
    "unclean.leader.election.enable": "false"}


class Cluster:
    """Started at once; `address` names all nodes."""

    def __init__(self, settings=None):
        controllers = free_ports(NODES)
        name = cluster_id()
        self.nodes = []
        try:
            for number in range(1, NODES + 1):
                self.nodes.append(Broker(settings={**SETTINGS, **(settings or {})},
                                         jvm=("-Xms256m", "-Xmx256m"),
                                         member=Member(number, controllers, name)))
            for node in self.nodes:
                node.launch()
            for node in self.nodes:
                node.wait_until_up()
        except BaseException:
            self.stop()
            raise
        self.address = ",".join(node.address for node in self.nodes)

    def stop(self):
        for node in self.nodes:
            if node.process is not None:
                node.stop()
