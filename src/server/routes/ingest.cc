// SPDX-License-Identifier: Apache-2.0
// POST /ingest/{table}: rows for a table. 202 means that they are on the disk.
#include "base/json_writer.h"
#include "server/answers.h"
#include "server/routes/builtin.h"
#include "server/routes/posting.h"

namespace millrace {
namespace {

void HandleIngest(const RouteContext&, RoutedRequest routed, HttpResponder responder) {
  const auto posting = PostingOf(routed.request);
  if (!posting) return responder.Send(ErrorAnswer(posting.error()));
  routed.table->Ingest(*posting, [responder](Result<IngestReceipt> receipt) {
    if (!receipt) return responder.Send(ErrorAnswer(receipt.error()));
    JsonWriter json;
    json.BeginObject();
    json.Field("rows", receipt->rows);
    json.Field("duplicate", receipt->duplicate);
    json.EndObject();
    responder.Send(JsonAnswer(202, std::move(json).Finish() + "\n"));
  });
}

}  // namespace

Route IngestRoute() {
  return {.name = "ingest",
          .method = "POST",
          .takes_table = true,
          .access = Access::kTable,
          .handle = HandleIngest};
}

}  // namespace millrace
