// SPDX-License-Identifier: Apache-2.0
// The input has one split and no positions: it cannot be read twice. A run that goes on after an
// interruption reads what its own input holds. Nothing is read ahead, so a pipeline that takes no
// more stops whoever writes into the pipe.
#include "connectors/stdin/stdin.h"

#include "env/byte_input.h"

namespace millrace {
namespace {

constexpr size_t kChunkBytes = 1 << 20;
/// kDecodePadding of formats, which connectors do not include.
constexpr int64_t kIdleNanos = 2'000'000;
/// The input wakes the reader; this is for the case that it could not.
constexpr int64_t kWokenNanos = 100'000'000;

class StdinReader final : public SplitReader {
 public:
  StdinReader(ByteInput* input, const std::function<void()>& wake)
      : input_(input), woken_(wake != nullptr && input->SetWake(wake)) {}
  ~StdinReader() override { input_->SetWake(nullptr); }
  StdinReader(const StdinReader&) = delete;
  StdinReader& operator=(const StdinReader&) = delete;

  Status Seek(std::string_view) override { return OkStatus(); }
  Result<ReadResult> Read(int64_t) override {
    ReadResult result;
    auto bytes = std::make_shared<std::string>();
    bytes->reserve(kChunkBytes + kChunkPadding);
    TRY_ASSIGN(const ByteInput::Got got, input_->Read(kChunkBytes, /*wait_ms=*/0, bytes.get()));
    if (got == ByteInput::Got::kEnd) {
      result.kind = ReadResult::Kind::kEnd;
    } else if (got == ByteInput::Got::kNothing) {
      result.wait_nanos = woken_ ? kWokenNanos : kIdleNanos;
    } else {
      RawChunk chunk{.offset = offset_};
      offset_ += bytes->size();
      chunk.bytes = std::move(bytes);
      result.kind = ReadResult::Kind::kData;
      result.data = std::move(chunk);
    }
    return result;
  }
  std::string Position() const override { return "0"; }

 private:
  ByteInput* input_;
  bool woken_;
  uint64_t offset_ = 0;
};

class StdinSource final : public Source {
 public:
  explicit StdinSource(const TableContext& table) : table_(table) {}

  bool bounded() const override { return true; }
  Result<std::vector<Split>> Discover() override {
    return std::vector<Split>{{.id = "stdin", .bounded = true, .position = {}}};
  }
  Result<std::unique_ptr<SplitReader>> Open(const Split&) override {
    if (table_.env.input == nullptr) return InternalError("this process has no standard input");
    return std::make_unique<StdinReader>(table_.env.input, table_.wake);
  }

 private:
  TableContext table_;
};

class StdinConnector final : public Connector {
 public:
  std::string_view name() const override { return "stdin"; }
  std::string_view summary() const override {
    return "Reads records from standard input as they come; they cannot be read again.";
  }
  std::vector<OptionSpec> options() const override { return {}; }
  bool can_read() const override { return true; }
  bool can_write() const override { return false; }
  bool needs_format() const override { return true; }
  Status Check(const TableContext& table, bool) const override {
    if (!table.whole_files) return OkStatus();
    return UserError("MR0506", "standard input is no whole file", {},
                     "use 'format' = 'json', 'csv' or 'raw'");
  }
  Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const override {
    return std::make_unique<StdinSource>(table);
  }
};

}  // namespace

std::unique_ptr<Connector> MakeStdinConnector() { return std::make_unique<StdinConnector>(); }

}  // namespace millrace
