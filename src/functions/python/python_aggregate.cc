// SPDX-License-Identifier: Apache-2.0
#include "functions/python/python_aggregate.h"

#include <arrow/api.h>

#include <algorithm>
#include <unordered_map>

#include "data/take.h"
#include "functions/aggregate_failures.h"
#include "functions/coercion.h"
#include "functions/signature.h"

namespace millrace {
namespace {

using Kind = PythonSession::Answer::Kind;

template <typename Builder, typename Values>
Result<std::shared_ptr<arrow::Array>> ArrayOf(const Values& values) {
  Builder builder;
  for (const auto& value : values) {
    if (!builder.Append(value).ok()) return InternalError("rows for Python");
  }
  auto array = builder.Finish();
  if (!array.ok()) return InternalError("rows for Python", array.status().ToString());
  return *array;
}

Result<std::string> BatchToIpc(arrow::ArrayVector columns, int64_t rows) {
  arrow::FieldVector fields;
  for (const auto& column : columns) {
    fields.push_back(arrow::field("c" + std::to_string(fields.size()), column->type()));
  }
  return ToIpc(
      *arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows, std::move(columns)));
}

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<uint8_t>(c) >> 4];
    text += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

class PythonAccumulators final : public Accumulators {
 public:
  explicit PythonAccumulators(PythonFunctionPtr function) : function_(std::move(function)) {}

  void Reserve(uint32_t count) override {
    if (count > states_.size()) states_.resize(count);
  }
  void Reset(uint32_t slot) override { states_[slot].clear(); }

  Status Update(const AggregateInput& input) override {
    TRY(UpdateRunning(input, {}));
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                      const RunningResults& wanted) override {
    Request request;
    for (const uint32_t slot : input.slots) request.places.push_back(PlaceOf(slot, &request));
    for (const uint32_t slot : wanted.slots) request.wanted.push_back(PlaceOf(slot, &request));
    request.after.assign(wanted.after.begin(), wanted.after.end());
    request.rows.assign(input.rows.begin(), input.rows.end());
    request.signs.assign(input.signs.begin(), input.signs.end());
    request.signs.resize(input.rows.size(), 1);
    TRY_ASSIGN(auto results, Send(&request, input.args));
    for (const auto& [slot, place] : request.place_of) states_[slot] = request.states[place];
    return results;
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const std::string& state = static_cast<const PythonAccumulators&>(other).states_[from];
    if (state.empty()) return OkStatus();
    if (states_[into].empty()) {
      states_[into] = state;
      return OkStatus();
    }
    if (!function_->description.merges) {
      return UserError(kPythonFailed,
                       "Python aggregate " + function_->name +
                           " has no merge(), which windows that overlap or grow together need");
    }
    Request request;
    request.merge = "[[0,\"" + Hex(state) + "\"]]";
    PlaceOf(into, &request);
    TRY(Send(&request, {}));
    states_[into] = request.states[0];
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    Request request;
    for (const uint32_t slot : slots) request.wanted.push_back(PlaceOf(slot, &request));
    request.after.assign(slots.size(), 0);
    return Send(&request, {});
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    const auto size = static_cast<uint32_t>(states_[slot].size());
    for (int i = 0; i < 4; ++i) out->push_back(static_cast<char>(size >> (8 * i)));
    *out += states_[slot];
  }

  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    uint32_t size = 0;
    if (bytes->size() < 4) return Corrupt();
    for (int i = 0; i < 4; ++i) {
      size |= static_cast<uint32_t>(static_cast<uint8_t>((*bytes)[static_cast<size_t>(i)]))
              << (8 * i);
    }
    bytes->remove_prefix(4);
    if (bytes->size() < size) return Corrupt();
    states_[slot] = bytes->substr(0, size);
    bytes->remove_prefix(size);
    return OkStatus();
  }

 private:
  struct Request {
    std::unordered_map<uint32_t, uint32_t> place_of;  // by slot
    std::vector<std::string> states;                  // by place
    std::vector<int32_t> rows;                        // of the argument columns
    std::vector<uint32_t> places;                     // of these rows
    std::vector<int8_t> signs;
    std::vector<uint32_t> after;
    std::vector<uint32_t> wanted;  // places
    std::string merge;
  };

  static Status Corrupt() { return InternalError("the state of a Python aggregate is cut off"); }

  uint32_t PlaceOf(uint32_t slot, Request* request) const {
    const auto next = static_cast<uint32_t>(request->states.size());
    const auto [entry, added] = request->place_of.emplace(slot, next);
    if (added) request->states.push_back(states_[slot]);
    return entry->second;
  }

  void Fail(int32_t row, std::string_view code, const std::string& why) const {
    AggregateFailures()->Add(row, code, "Python aggregate " + function_->name + ": " + why);
    function_->counts->failures += 1;
  }

  /// The answers for what is wanted. A row at which the worker is lost is left out, and all is done
  /// again.
  Result<std::shared_ptr<arrow::Array>> Send(
      Request* request, std::span<const std::shared_ptr<arrow::Array>> args) const {
    for (int64_t losses = 0;; ++losses) {
      TRY_ASSIGN(const PythonSession::Answer answer, Ask(*request, args));
      if (answer.kind == Kind::kDone) return Take(request, answer);
      if (answer.kind == Kind::kFailed || losses >= function_->settings.losses_max) {
        TakeAggregateFailures();  // the job ends, and they with it
        return UserError(answer.kind == Kind::kFailed ? kPythonFailed : kPythonLost,
                         "Python aggregate " + function_->name + ": " + answer.text);
      }
      if (answer.row == 0 || answer.row > request->rows.size()) continue;
      const auto lost = static_cast<size_t>(answer.row - 1);
      Fail(request->rows[lost], kPythonLost, answer.text);
      const auto place = static_cast<std::ptrdiff_t>(lost);
      request->rows.erase(request->rows.begin() + place);
      request->places.erase(request->places.begin() + place);
      request->signs.erase(request->signs.begin() + place);
      for (uint32_t& after : request->after) after -= after > lost ? 1 : 0;
    }
  }

  Result<PythonSession::Answer> Ask(const Request& request,
                                    std::span<const std::shared_ptr<arrow::Array>> args) const {
    session_ = PythonSession::OfThisThread(function_->launcher, function_->settings);
    TRY_ASSIGN(auto states, ArrayOf<arrow::BinaryBuilder>(request.states));
    TRY_ASSIGN(auto places, ArrayOf<arrow::UInt32Builder>(request.places));
    TRY_ASSIGN(auto signs, ArrayOf<arrow::Int8Builder>(request.signs));
    TRY_ASSIGN(auto after, ArrayOf<arrow::UInt32Builder>(request.after));
    TRY_ASSIGN(auto wanted, ArrayOf<arrow::UInt32Builder>(request.wanted));
    arrow::ArrayVector rows = {places, signs};
    for (const auto& arg : args) rows.push_back(TakeRows(*arg, request.rows));
    const auto count = [](const auto& values) { return static_cast<int64_t>(values.size()); };
    std::vector<std::string> streams(4);
    TRY_ASSIGN(streams[0], BatchToIpc({states}, count(request.states)));
    TRY_ASSIGN(streams[1], BatchToIpc(std::move(rows), count(request.rows)));
    TRY_ASSIGN(streams[2], BatchToIpc({after, wanted}, count(request.wanted)));
    TRY_ASSIGN(streams[3], TypeToIpc(function_->result));
    const int64_t before = session_->waited_ns();
    TRY_ASSIGN(PythonSession::Answer answer,
               session_->Ask("aggregate", function_->target, streams, request.merge));
    PythonCounts& counts = *function_->counts;
    counts.nanos += static_cast<uint64_t>(session_->waited_ns() - before);
    counts.calls += 1;
    counts.rows += request.rows.size();
    counts.losses += answer.kind == Kind::kLost ? 1 : 0;
    return answer;
  }

  /// The answer is three streams: states, what failed by row, results and what failed by result.
  Result<std::shared_ptr<arrow::Array>> Take(Request* request,
                                             const PythonSession::Answer& answer) const {
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    std::string_view sizes = answer.text;
    std::string_view body = answer.body;
    sizes.remove_prefix(std::min<size_t>(sizes.size(), 6));  // "sizes "
    while (!sizes.empty()) {
      const size_t end = std::min(sizes.find(' '), sizes.size());
      const size_t size = std::stoul(std::string(sizes.substr(0, end)));
      sizes.remove_prefix(std::min(end + 1, sizes.size()));
      TRY_ASSIGN(auto batch, FromIpc(body.substr(0, size)));
      batches.push_back(std::move(batch));
      body.remove_prefix(std::min(size, body.size()));
    }
    const auto rows = [&](size_t i) { return static_cast<size_t>(batches[i]->num_rows()); };
    if (batches.size() != 3 || rows(0) != request->states.size() ||
        rows(1) != request->rows.size() || rows(2) != request->wanted.size()) {
      return InternalError("the worker of '" + function_->target + "' answered with other batches");
    }
    const auto& states = static_cast<const arrow::BinaryArray&>(*batches[0]->column(0));
    for (int64_t i = 0; i < states.length(); ++i) {
      request->states[static_cast<size_t>(i)] = states.IsNull(i) ? "" : states.GetString(i);
    }
    const auto& whys = static_cast<const arrow::StringArray&>(*batches[1]->column(0));
    for (int64_t i = 0; i < whys.length(); ++i) {
      if (whys.IsValid(i)) {
        Fail(request->rows[static_cast<size_t>(i)], kPythonFailed, whys.GetString(i));
      }
    }
    const auto& failed = static_cast<const arrow::StringArray&>(*batches[2]->column(1));
    for (int64_t i = 0; i < failed.length(); ++i) {
      if (failed.IsNull(i)) continue;
      const uint32_t after = request->after[static_cast<size_t>(i)];
      if (after == 0) {
        return UserError(kPythonFailed,
                         "Python aggregate " + function_->name + ": " + failed.GetString(i));
      }
      Fail(request->rows[after - 1], kPythonFailed, failed.GetString(i));
    }
    return batches[2]->column(0);
  }

  PythonFunctionPtr function_;
  std::vector<std::string> states_;                 // by slot; empty: no row yet
  mutable std::shared_ptr<PythonSession> session_;  // of the thread that asked last
};

}  // namespace

AggregateFunction MakePythonAggregate(std::string name, PythonFunctionPtr function,
                                      std::vector<DataType> parameters, bool checked) {
  AggregateFunction aggregate;
  aggregate.name = std::move(name);
  aggregate.doc.group = kPythonGroup;
  aggregate.doc.signature = function->name;
  aggregate.resolve = [function, parameters = std::move(parameters),
                       checked](const AggregateCallSite& site) -> Result<ResolvedAggregate> {
    const std::string& of = function->name;
    if (site.distinct) {
      return UserError("MR0401",
                       "DISTINCT in the Python aggregate " + of + " is not supported yet");
    }
    if (site.needs_retraction && !function->description.retracts) {
      return UserError(
          "MR0334",
          "the input takes rows back, and the Python aggregate " + of + " has no retract()", {},
          "give its class retract(self, accumulator, ..)");
    }
    const size_t count = site.args.size();
    const PythonDescription& description = function->description;
    const bool fits = checked ? count == parameters.size()
                              : count >= description.least && count <= description.most;
    if (!fits) {
      return UserError("MR0302", of + " does not take " + std::to_string(count) + " argument(s)");
    }
    ResolvedAggregate resolved;
    resolved.result = function->result.Nullable();
    for (size_t i = 0; i < count; ++i) {
      const DataType& from = site.args[i].type;
      const DataType& to = checked ? parameters[i] : from;
      if (!CanImplicitlyCast(from, to)) {
        return UserError("MR0301", of + " takes " + to.Nullable().ToString() + ", found " +
                                       from.Nullable().ToString());
      }
      if (!IsPythonType(to)) {
        return UserError("MR0401", "giving " + to.Nullable().ToString() +
                                       " to a Python function is not supported yet");
      }
      resolved.arg_types.push_back(to);
    }
    resolved.make = [function] { return std::make_unique<PythonAccumulators>(function); };
    return resolved;
  };
  return aggregate;
}

}  // namespace millrace
