# SPDX-License-Identifier: Apache-2.0
"""A broker through confluent-kafka, the Python client: topics, records, transactions, rights. To be
imported after parts.run_with_client()."""
import time
import typing

import confluent_kafka
from confluent_kafka import admin

SECONDS = 60
BEGINNING = confluent_kafka.OFFSET_BEGINNING


class Read(typing.NamedTuple):
    partition: int
    offset: int
    key: typing.Optional[bytes]
    value: typing.Optional[bytes]
    headers: list
    timestamp: int


class Client:
    def __init__(self, address, **settings):
        self.settings = {"bootstrap.servers": address, "log_level": 0, **settings}
        self._admin = None
        self._counter = None

    @property
    def admin(self):
        if self._admin is None:
            self._admin = admin.AdminClient(self.settings)
        return self._admin

    @staticmethod
    def _await(futures):
        for future in futures.values():
            future.result(SECONDS)

    def create(self, topic, partitions=1, replicas=1, **config):
        entries = {key.replace("_", "."): str(value) for key, value in config.items()}
        self._await(self.admin.create_topics(
            [admin.NewTopic(topic, partitions, replicas, config=entries)], request_timeout=SECONDS))

    def delete(self, topic):
        self._await(self.admin.delete_topics([topic], request_timeout=SECONDS))

    def grow(self, topic, partitions):
        self._await(self.admin.create_partitions([admin.NewPartitions(topic, partitions)],
                                                 request_timeout=SECONDS))

    def trim(self, topic, partition, before):
        """The broker forgets the records below the offset, as retention does."""
        self._await(self.admin.delete_records(
            [confluent_kafka.TopicPartition(topic, partition, before)], request_timeout=SECONDS))

    def set_group_offset(self, group, partition):
        """Commits the offset for a group without members, as by hand."""
        self._await(self.admin.alter_consumer_group_offsets(
            [confluent_kafka.ConsumerGroupTopicPartitions(group, [partition])],
            request_timeout=SECONDS))

    def delete_group(self, group):
        self._await(self.admin.delete_consumer_groups([group], request_timeout=SECONDS))

    @staticmethod
    def _right(user, topic, operation):
        return (admin.ResourceType.TOPIC, topic, admin.ResourcePatternType.LITERAL,
                "User:" + user, "*", operation, admin.AclPermissionType.DENY)

    def deny(self, user, topic, operation):
        binding = admin.AclBinding(*self._right(user, topic, operation))
        self._await(self.admin.create_acls([binding], request_timeout=SECONDS))

    def permit(self, user, topic, operation):
        """Takes back what `deny` did."""
        binding = admin.AclBindingFilter(*self._right(user, topic, operation))
        self._await(self.admin.delete_acls([binding], request_timeout=SECONDS))

    def producer(self, **settings):
        return confluent_kafka.Producer({**self.settings, "linger.ms": 5, **settings})

    def produce(self, topic, values, **settings):
        """Values, or dictionaries of what Producer.produce takes; all have arrived afterwards."""
        producer = self.producer(**settings)
        for value in values:
            record = value if isinstance(value, dict) else {"value": value}
            while True:
                try:
                    producer.produce(topic, **record)
                    break
                except BufferError:
                    producer.poll(0.1)
        if producer.flush(SECONDS) != 0:
            raise AssertionError("records were not delivered")

    def partitions(self, topic):
        """Numbers of its partitions; none if there is no such topic."""
        found = self.admin.list_topics(timeout=SECONDS).topics.get(topic)
        return sorted(found.partitions) if found is not None else []

    @staticmethod
    def _patiently(ask):
        """A topic that was just made has no leader yet."""
        end = time.monotonic() + SECONDS
        while True:
            try:
                return ask()
            except confluent_kafka.KafkaException as error:
                if not error.args[0].retriable() and error.args[0].code() != \
                        confluent_kafka.KafkaError.NOT_LEADER_FOR_PARTITION:
                    raise
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def count(self, topic):
        """How many records the topic holds, by its offsets."""
        if self._counter is None:
            self._counter = confluent_kafka.Consumer({**self.settings, "group.id": "count"})
        total = 0
        for number in self.partitions(topic):
            partition = confluent_kafka.TopicPartition(topic, number)
            low, high = self._patiently(
                lambda: self._counter.get_watermark_offsets(partition, timeout=SECONDS))
            total += high - low
        return total

    def read(self, topic, **settings):
        """All records there are now, in the order of their partitions."""
        consumer = confluent_kafka.Consumer({**self.settings, "group.id": "test",
                                             "enable.auto.commit": False,
                                             "enable.partition.eof": True, **settings})
        records = []
        try:
            left = {confluent_kafka.TopicPartition(topic, number, BEGINNING)
                    for number in self.partitions(topic)}
            consumer.assign(list(left))
            unread = {partition.partition for partition in left}
            end = time.monotonic() + SECONDS
            while unread:
                if time.monotonic() > end:
                    raise AssertionError(f"topic {topic} is not read to its end")
                for message in consumer.consume(10000, timeout=0.05):
                    error = message.error()
                    if error is None:
                        records.append(Read(message.partition(), message.offset(), message.key(),
                                            message.value(), message.headers() or [],
                                            message.timestamp()[1]))
                    elif error.code() == confluent_kafka.KafkaError._PARTITION_EOF:
                        unread.discard(message.partition())
                    else:
                        raise confluent_kafka.KafkaException(error)
        finally:
            consumer.close()
        return sorted(records, key=lambda record: record[:2])
