// SPDX-License-Identifier: Apache-2.0
#include "connectors/reply/sink.h"

#include <arrow/api.h>

#include <algorithm>

#include "connectors/reply_board.h"

namespace millrace {
namespace {

constexpr std::string_view kRequestId = "request-id";

class ReplySink final : public SinkWriter {
 public:
  ReplySink(ReplyBoard* board, std::string job, size_t id_column)
      : board_(board), job_(std::move(job)), id_column_(id_column) {}

  Status Restore(std::string_view) override { return OkStatus(); }

  Status Write(const SinkInput& input) override {
    if (board_ == nullptr) return OkStatus();
    if (id_column_ >= input.metadata.size()) return InternalError("a reply came without its id");
    const auto& ids = static_cast<const arrow::StringArray&>(*input.metadata[id_column_]);
    std::map<std::string_view, std::vector<std::string>> replies;
    for (int64_t row = 0; row < input.batch->num_rows; ++row) {
      if (ids.IsNull(row)) continue;
      const auto i = static_cast<size_t>(row);
      const size_t begin = i == 0 ? 0 : input.ends[i - 1];
      replies[ids.GetView(row)].emplace_back(input.bytes.substr(begin, input.ends[i] - begin));
    }
    for (auto& [id, rows] : replies) board_->Answer(id, std::move(rows));
    return OkStatus();
  }

  Result<std::string> Prepare(uint64_t) override { return std::string(); }
  Status Commit(uint64_t epoch) override {
    if (board_ != nullptr) board_->OnEpoch(job_, epoch);
    return OkStatus();
  }

 private:
  ReplyBoard* board_;
  std::string job_;
  size_t id_column_;  // in SinkInput::metadata
};

std::optional<size_t> FindIdColumn(const TableContext& table) {
  const auto found = std::ranges::find(table.metadata_keys, kRequestId);
  if (found == table.metadata_keys.end()) return std::nullopt;
  return static_cast<size_t>(found - table.metadata_keys.begin());
}

class ReplyConnector final : public Connector {
 public:
  std::string_view name() const override { return "reply"; }
  std::string_view summary() const override {
    return "Answers requests to /decide/<table>: each row goes to the request its id names.";
  }
  std::vector<OptionSpec> options() const override { return {}; }
  bool can_read() const override { return false; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return true; }
  std::vector<MetadataColumn> metadata() const override {
    return {{.key = std::string(kRequestId),
             .type = DataType::String(),
             .readable = false,
             .writable = true}};
  }
  Status Check(const TableContext& table, bool for_write) const override {
    if (table.whole_files) {
      return UserError("MR0506", "an answer cannot be a whole file", {}, "use 'format' = 'json'");
    }
    if (for_write && !FindIdColumn(table)) {
      return UserError("MR0506", "table '" + table.table + "' does not say whom it answers", {},
                       "add a column: request_id STRING METADATA FROM 'request-id'");
    }
    return OkStatus();
  }
  Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext& table) const override {
    const auto column = FindIdColumn(table);
    if (!column) return InternalError("a reply table without an id column");
    ReplyBoard* const board = table.services.replies;
    if (board != nullptr) board->AddAnswerer(table.data_dir);
    return std::make_unique<ReplySink>(board, table.data_dir, *column);
  }
};

}  // namespace

std::unique_ptr<Connector> MakeReplyConnector() { return std::make_unique<ReplyConnector>(); }

}  // namespace millrace
