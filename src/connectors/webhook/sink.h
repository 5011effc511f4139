// SPDX-License-Identifier: Apache-2.0
// WebhookSink: one HTTP request per row, at least once, with an id that is the same in every
// attempt and in every replay.
//
// The id is made from the pipeline, the table, the shard, the row's number in that shard since the
// run began (kept in the epochs) and the row's bytes. Rows are sent as they come; an epoch waits
// until the rows before its barrier are delivered or given up, so a position is never recorded
// ahead of its deliveries. 2xx is success. Answers 408, 425, 429 and 5xx and failed connections are
// tried again; others, and rows out of retries, go to the dead letters. Answers come on the HTTP
// client's thread into a mailbox; all else happens on the shard's thread, whenever the shard asks
// anything.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

Result<std::unique_ptr<SinkWriter>> MakeWebhookSink(const TableContext& table);
std::unique_ptr<Connector> MakeWebhookConnector();

}  // namespace millrace
