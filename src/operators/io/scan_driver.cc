// SPDX-License-Identifier: Apache-2.0
#include "operators/io/scan_driver.h"

#include <arrow/api.h>

#include <algorithm>

#include "connectors/partition_metadata.h"
#include "data/option_text.h"
#include "operators/io/replay/replay_source.h"
#include "plan/record_schema.h"

namespace millrace {
namespace {

constexpr std::string_view kRateOption = "rows-per-second";
constexpr int64_t kLagNanos = 100'000'000;  // between two looks at the lag

std::vector<size_t> PhysicalPrimaryKey(const Table& table, const Schema& schema) {
  std::vector<size_t> key;
  for (const size_t column : table.primary_key) {
    if (const auto found = schema.Find(table.columns[column].name)) key.push_back(*found);
  }
  return key;
}

}  // namespace

TableContext ContextFor(const Table& table, TableContext base, bool for_write) {
  base.table = table.name;
  base.schema = for_write ? table.write_schema() : table.physical_schema();
  base.primary_key = PhysicalPrimaryKey(table, base.schema);
  base.partition_keys = table.partition_keys;
  base.options = table.connector_options;
  base.extras = table.extras;
  base.keyed_records = table.key_format != nullptr;
  base.whole_files = table.format != nullptr && table.format->is_file_format();
  if (for_write) base.metadata_keys = table.metadata_keys(true);
  return base;
}

Result<std::unique_ptr<ScanDriver>> ScanDriver::Make(const ScanNode& node, ScanSettings settings) {
  auto driver = std::unique_ptr<ScanDriver>(new ScanDriver(std::move(settings)));
  TRY(driver->MakeShape(node));
  driver->schema_ = node.schema();
  const Table& table = *node.table();
  TableContext context = ContextFor(table, driver->settings_.connector, /*for_write=*/false);
  for (const size_t column : node.columns()) {
    if (table.columns[column].kind == TableColumn::Kind::kMetadata) {
      context.metadata_keys.push_back(table.columns[column].metadata_key);
    }
  }
  TRY_ASSIGN(driver->source_, MakeTableSource(table, context));
  if (const auto rate = table.extras.find(std::string(kRateOption)); rate != table.extras.end()) {
    const auto value = ParseOptionDouble(rate->second.text);
    if (!value || *value <= 0) {
      return UserError("MR0503",
                       "bad value for 'millrace.table." + table.name + ".rows-per-second'",
                       "'" + rate->second.text + "' is no positive number");
    }
    driver->pacer_.emplace(*value / driver->settings_.readers);
  }
  return driver;
}

Status ScanDriver::MakeShape(const ScanNode& node) {
  shape_.table = node.table();
  const Table& table = *shape_.table;
  shape_.format = table.format;
  shape_.env = settings_.connector.env;
  shape_.dead_letters = settings_.dead_letters;
  shape_.fail_on_error = settings_.fail_on_error;
  shape_.quarantine = settings_.quarantine;
  const Schema physical = table.physical_schema();
  const bool by_name = table.format != nullptr && table.format->decodes_by_name();
  if (!by_name) shape_.decode_schema = physical;
  for (const size_t index : node.columns()) {
    const TableColumn& column = table.columns[index];
    if (column.kind == TableColumn::Kind::kMetadata) {
      TRY(AddMetadata(column));
      continue;
    }
    const auto position = physical.Find(column.name);
    if (!position) return InternalError("scan of a column that table '" + table.name + "' lacks");
    shape_.from_connector.push_back(static_cast<int>(*position));
    if (by_name) {
      shape_.from_decoded.push_back(static_cast<int>(shape_.decode_schema.size()));
      shape_.decode_schema.Append(physical[*position]);
    } else {
      shape_.from_decoded.push_back(static_cast<int>(*position));
    }
  }
  if (table.connector->record_keys() != Connector::RecordKeys::kNone) return MakeMessageShape(node);
  // COUNT(*) wants no column, but the records must be decoded to be counted.
  if (shape_.decode_schema.size() == 0 && physical.size() > 0) {
    shape_.decode_schema.Append(physical[0]);
  }
  if (table.format != nullptr && !table.format->is_file_format()) {
    TRY_ASSIGN(shape_.decoder,
               table.format->MakeDecoder(shape_.decode_schema, table.format_options));
  }
  return OkStatus();
}

/// Records with keys: columns of the value, then those of the key.
Status ScanDriver::MakeMessageShape(const ScanNode& node) {
  const Table& table = *shape_.table;
  const Schema physical = table.physical_schema();
  const bool upserts = table.connector->reads_upserts();
  const Schema key_schema = KeySchema(table);
  const bool by_name = table.format->decodes_by_name();
  shape_.decode_schema = by_name ? Schema() : ValueSchema(table);
  shape_.from_decoded.clear();
  std::vector<std::pair<size_t, size_t>> from_key;  // output column, column of the key
  for (const size_t index : node.columns()) {
    const TableColumn& column = table.columns[index];
    if (column.kind == TableColumn::Kind::kMetadata) continue;
    const size_t position = *physical.Find(column.name);
    const auto in_key = std::ranges::find(table.key_columns, position);
    const auto in_value = std::ranges::find(table.value_columns, position);
    if (in_key != table.key_columns.end() && (upserts || in_value == table.value_columns.end())) {
      from_key.emplace_back(shape_.from_decoded.size(),
                            static_cast<size_t>(in_key - table.key_columns.begin()));
      shape_.from_decoded.push_back(-1);
    } else if (by_name) {
      shape_.from_decoded.push_back(static_cast<int>(shape_.decode_schema.size()));
      shape_.decode_schema.Append(physical[position]);
    } else {
      shape_.from_decoded.push_back(static_cast<int>(in_value - table.value_columns.begin()));
    }
  }
  if (shape_.decode_schema.size() == 0) shape_.decode_schema = ValueSchema(table);
  for (const auto& [output, key] : from_key) {
    shape_.from_decoded[output] = static_cast<int>(shape_.decode_schema.size() + key);
  }
  TRY_ASSIGN(shape_.decoder, table.format->MakeDecoder(shape_.decode_schema, table.format_options));
  MessageDecoder::Settings messages{.values = shape_.decoder.get(),
                                    .keys = nullptr,
                                    .null_value_is_row = table.format->null_message_is_row(),
                                    .upserts = upserts};
  if (table.key_format != nullptr) {
    TRY_ASSIGN(messages.keys, table.key_format->MakeDecoder(key_schema, table.key_format_options));
    messages.null_key_is_row = table.key_format->null_message_is_row();
  }
  shape_.messages = std::make_unique<MessageDecoder>(std::move(messages));
  return OkStatus();
}

/// Casts what the connector gives to the declared type.
Status ScanDriver::AddMetadata(const TableColumn& column) {
  std::optional<Evaluator>& cast = shape_.metadata_casts.emplace_back();
  std::vector<MetadataColumn> all = shape_.table->connector->metadata();
  if (column.metadata_key.starts_with(kPartitionMetadata)) {
    all.push_back({column.metadata_key, DataType::String()});
  }
  for (const MetadataColumn& given : all) {
    if (given.key != column.metadata_key) continue;
    if (given.type.ToArrow()->Equals(*column.type.ToArrow())) return OkStatus();
    TRY_ASSIGN(auto expression,
               Expression::Cast(Expression::InputRef(0, given.type, given.key), column.type));
    cast.emplace(std::vector<ExpressionPtr>{std::move(expression)}, settings_.session);
    return OkStatus();
  }
  return InternalError("connector '" + std::string(shape_.table->connector->name()) +
                       "' has no metadata '" + column.metadata_key + "'");
}

Status ScanDriver::AddSplit(const SplitPosition& split) {
  if (split.done) {
    done_.push_back(split);
  } else {
    waiting_.push_back(split);
  }
  return OkStatus();
}

bool ScanDriver::AtBoundary() const {
  return held_.empty() && std::ranges::all_of(open_, [](const OpenSplit& split) {
           return split.stream->AtBoundary();
         });
}

std::vector<SplitPosition> ScanDriver::Positions() const {
  std::vector<SplitPosition> positions = done_;
  for (const OpenSplit& split : open_) positions.push_back(split.stream->Position());
  positions.insert(positions.end(), waiting_.begin(), waiting_.end());
  return positions;
}

/// The worst age and the sum of unread records of the splits that can tell.
void ScanDriver::MeasureLag() {
  const int64_t now = Now();
  if (now < next_lag_) return;
  next_lag_ = now + kLagNanos;
  SourceCounters& counters = shape_.counters;
  counters.lag_ms = -1;
  counters.lag_records = -1;
  const int64_t wall_ms = settings_.connector.env.clock->WallMillis();
  for (const OpenSplit& split : open_) {
    if (split.stream->lag() == nullptr) continue;
    const SourceLag lag = split.stream->lag()->Lag(wall_ms);
    counters.lag_ms = std::max(counters.lag_ms, lag.age_ms);
    if (lag.records >= 0) {
      counters.lag_records = std::max<int64_t>(0, counters.lag_records) + lag.records;
    }
  }
}

Result<SourceDriver::Polled> ScanDriver::Poll(int64_t max_rows, bool flush) {
  TRY_ASSIGN(Polled polled, PollRows(max_rows, flush));
  if (!settings_.keep_rows || polled.batch.num_rows == 0) return polled;
  auto kept = std::make_shared<const KeptRows>(shape_.table, schema_, polled.batch);
  polled.batch.origins = std::move(kept);
  polled.batch.origin_rows = nullptr;
  polled.batch.origin_first = 0;
  return polled;
}

Result<SourceDriver::Polled> ScanDriver::PollRows(int64_t max_rows, bool flush) {
  if (pacer_ && !flush) {
    const int64_t due = pacer_->Due(Now());
    if (due == 0) return Polled{Polled::Kind::kIdle, {}, pacer_->WaitNanos(Now())};
    max_rows = std::min(max_rows, due);
  }
  const bool careful = settings_.quarantine != nullptr && settings_.quarantine->careful();
  const bool held = settings_.batch_delay_nanos > 0 && !careful;
  if (held || !held_.empty()) return PollHeld(max_rows, flush);
  TRY_ASSIGN(Polled polled, PollSplits(max_rows, flush));
  if (pacer_ && polled.batch.num_rows > 0) {
    polled.batch.arrivals = pacer_->Release(polled.batch.num_rows);
  }
  return polled;
}

Result<SourceDriver::Polled> ScanDriver::PollHeld(int64_t max_rows, bool flush) {
  if (!held_.empty() && (flush || releasing_)) return Release();
  TRY_ASSIGN(Polled polled, PollSplits(max_rows - held_rows_, flush));
  if (polled.batch.num_rows > 0) {
    if (pacer_) polled.batch.arrivals = pacer_->Release(polled.batch.num_rows);
    if (held_.empty()) held_since_ = Now();
    held_rows_ += polled.batch.num_rows;
    held_.push_back(std::move(polled.batch));
  }
  if (held_.empty()) return Polled{polled.kind, {}, polled.wait_nanos};
  const int64_t left = held_since_ + settings_.batch_delay_nanos - Now();
  const bool end = polled.kind == Polled::Kind::kEnd;
  if (flush || end || left <= 0 || held_rows_ >= max_rows) return Release();
  if (polled.kind == Polled::Kind::kData) return Polled{Polled::Kind::kData, {}, 0};
  return Polled{
      Polled::Kind::kIdle, {}, polled.wait_nanos > 0 ? std::min(left, polled.wait_nanos) : left};
}

/// A batch holds rows of one split only: what was held of several comes out in several polls.
SourceDriver::Polled ScanDriver::Release() {
  const auto other = std::ranges::find_if(
      held_, [&](const Batch& batch) { return batch.split != held_[0].split; });
  const std::span<const Batch> same(held_.begin(), other);
  Batch batch = Concatenate(same);
  held_rows_ -= batch.num_rows;
  held_.erase(held_.begin(), other);
  releasing_ = !held_.empty();
  return {Polled::Kind::kData, std::move(batch), 0};
}

Status ScanDriver::OpenWaiting() {
  while (!waiting_.empty() && (!waiting_.front().bounded || open_.empty())) {
    TRY_ASSIGN(auto stream, SplitStream::Open(&shape_, source_.get(), waiting_.front()));
    open_.push_back({next_ordinal_++, std::move(stream)});
    waiting_.pop_front();
    PublishOpenSplits();
  }
  return OkStatus();
}

void ScanDriver::PublishOpenSplits() {
  auto splits = std::make_shared<SplitSet>();
  for (const OpenSplit& split : open_) splits->push_back(split.ordinal);
  open_splits_ = std::move(splits);
}

Result<SourceDriver::Polled> ScanDriver::PollSplits(int64_t max_rows, bool flush) {
  if (!flush) TRY(OpenWaiting());
  int64_t wait_nanos = 0;
  const size_t splits = open_.size();
  for (size_t i = 0; i < splits; ++i) {
    turn_ = (turn_ + 1) % open_.size();
    SplitStream& stream = *open_[turn_].stream;
    if (flush && stream.AtBoundary()) continue;
    TRY_ASSIGN(Polled polled, stream.Next(max_rows, flush));
    if (polled.kind == Polled::Kind::kData) {
      polled.batch.split = open_[turn_].ordinal;
      polled.batch.open_splits = open_splits_;
      return polled;
    }
    if (polled.kind == Polled::Kind::kEnd) {
      SplitPosition end = stream.Position();
      end.done = true;
      done_.push_back(std::move(end));
      open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(turn_));
      PublishOpenSplits();
      return Polled{Polled::Kind::kData, {}, 0};  // the next split is opened by the next poll
    }
    if (polled.wait_nanos > 0) {
      wait_nanos = wait_nanos == 0 ? polled.wait_nanos : std::min(wait_nanos, polled.wait_nanos);
    }
  }
  const bool ended = complete_ && open_.empty() && waiting_.empty() && !flush;
  return Polled{ended ? Polled::Kind::kEnd : Polled::Kind::kIdle, {}, wait_nanos};
}

std::string ScanDriver::Trouble() const {
  for (const OpenSplit& split : open_) {
    if (std::string trouble = split.stream->Waiting(); !trouble.empty()) return trouble;
  }
  return {};
}

std::string ScanDriver::Waiting() const {
  const std::string& table = shape_.table->name;
  if (open_.empty() && waiting_.empty()) {
    return complete_ ? std::string() : "table " + table + " waits for its first file or partition";
  }
  std::string text = "table " + table + " waits for data of ";
  if (open_.empty()) return text + waiting_.front().split;
  text += open_[0].stream->split();
  if (open_.size() > 1) text += " and " + std::to_string(open_.size() - 1) + " more";
  text += " (" + std::to_string(shape_.counters.rows_out) + " rows read)";
  const std::string trouble = open_[0].stream->Waiting();
  return trouble.empty() ? text : text + ": " + trouble;
}

}  // namespace millrace
