// SPDX-License-Identifier: Apache-2.0
// The list of connectors that exist.
#include "connectors/blackhole/blackhole.h"
#include "connectors/connector.h"
#include "connectors/datagen/source.h"
#include "connectors/filesystem/filesystem.h"
#include "connectors/http/source.h"
#include "connectors/kafka/kafka.h"
#include "connectors/nexmark/source.h"
#include "connectors/print/print.h"
#include "connectors/reply/sink.h"
#include "connectors/stdin/stdin.h"
#include "connectors/webhook/sink.h"

namespace millrace {

void RegisterBuiltinConnectors(ConnectorRegistry* registry) {
  registry->Register(MakeBlackholeConnector());
  registry->Register(MakeDatagenConnector());
  registry->Register(MakeFilesystemConnector());
  registry->Register(MakeHttpConnector());
  registry->Register(MakeKafkaConnector());
  registry->Register(MakeNexmarkConnector());
  registry->Register(MakePrintConnector());
  registry->Register(MakeReplyConnector());
  registry->Register(MakeStdinConnector());
  registry->Register(MakeUpsertKafkaConnector());
  registry->Register(MakeWebhookConnector());
}

}  // namespace millrace
