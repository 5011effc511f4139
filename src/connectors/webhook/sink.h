// SPDX-License-Identifier: Apache-2.0
// WebhookSink: one HTTP request per row, at least once, with an id and a body that are the same in
// every attempt and after every restart.
//
// A row becomes a message of the outbox: its id, made from the pipeline, the table, the shard, the
// message's number and the row's bytes, and its body. It is sent once its epoch has happened, or
// (delivery = at-least-once) at once. Epochs do not wait for deliveries; the sink takes no more
// rows when the outbox is full. 2xx is success. Answers 408, 425, 429 and 5xx and failed
// connections are tried again; others, and messages out of retries, go to the dead letters. Answers
// come on the HTTP client's thread into a mailbox; all else happens on the shard's thread.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

/// REQUIRES: table.outbox.
Result<std::unique_ptr<SinkWriter>> MakeWebhookSink(const TableContext& table);
std::unique_ptr<Connector> MakeWebhookConnector();

}  // namespace millrace
