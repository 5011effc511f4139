// SPDX-License-Identifier: Apache-2.0
#include "functions/python/python_function.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>

#include <algorithm>

namespace millrace {
namespace {

struct PythonKernelState final : KernelState {
  std::shared_ptr<PythonSession> session;
};

/// The rows of one batch on their way through the worker.
class PythonRun {
 public:
  PythonRun(const PythonFunction& function, PythonSession* session, RowErrors* errors)
      : function_(function), session_(session), errors_(errors) {}

  Result<std::shared_ptr<arrow::Array>> Run(const std::shared_ptr<arrow::RecordBatch>& batch) {
    TRY_ASSIGN(type_, TypeToIpc(function_.result));
    for (int64_t begin = 0; begin < batch->num_rows(); begin += function_.settings.batch_rows) {
      const int64_t count = std::min(function_.settings.batch_rows, batch->num_rows() - begin);
      TRY(Evaluate(*batch, begin, count));
    }
    auto whole = arrow::Concatenate(pieces_);
    if (!whole.ok()) return InternalError("values of Python", whole.status().ToString());
    return *whole;
  }

 private:
  using Kind = PythonSession::Answer::Kind;

  Status Evaluate(const arrow::RecordBatch& batch, int64_t begin, int64_t count) {
    bool again = false;
    while (count > 0) {
      if (losses_ > function_.settings.losses_max) {
        return FailRows(begin, count, kPythonLost,
                        "the worker was lost " + std::to_string(losses_) +
                            " times over the rows of this batch");
      }
      TRY_ASSIGN(const PythonSession::Answer answer, Ask(*batch.Slice(begin, count)));
      if (answer.kind == Kind::kDone) return Take(answer.body, begin, count);
      const bool lost = answer.kind == Kind::kLost;
      losses_ += lost ? 1 : 0;
      const auto row = static_cast<int64_t>(answer.row);
      if (lost && row > 0 && row <= count) {
        // The rows before it were not answered for.
        if (row > 1) TRY(Evaluate(batch, begin, row - 1));
        TRY(FailRows(begin + row - 1, 1, kPythonLost, answer.text));
        begin += row;
        count -= row;
      } else if (count == 1 && (!lost || again)) {
        return FailRows(begin, 1, lost ? kPythonLost : kPythonFailed, answer.text);
      } else if (lost && !std::exchange(again, true)) {
        continue;  // no row is to blame yet
      } else {
        TRY(Evaluate(batch, begin, count / 2));
        begin += count / 2;
        count -= count / 2;
      }
    }
    return OkStatus();
  }

  Result<PythonSession::Answer> Ask(const arrow::RecordBatch& batch) {
    TRY_ASSIGN(std::string rows, ToIpc(batch));
    const int64_t before = session_->waited_ns();
    TRY_ASSIGN(PythonSession::Answer answer,
               session_->Ask("call", function_.target, {std::move(rows), type_}));
    PythonCounts& counts = *function_.counts;
    counts.nanos += static_cast<uint64_t>(session_->waited_ns() - before);
    counts.calls += 1;
    counts.rows += static_cast<uint64_t>(batch.num_rows());
    counts.losses += answer.kind == Kind::kLost ? 1 : 0;
    return answer;
  }

  Status Take(const std::string& body, int64_t begin, int64_t count) {
    TRY_ASSIGN(const auto batch, FromIpc(body));
    if (batch->num_rows() != count || batch->num_columns() != 2 ||
        !batch->column(0)->type()->Equals(*function_.result.ToArrow())) {
      return InternalError("the worker of '" + function_.target + "' answered with another batch");
    }
    pieces_.push_back(batch->column(0));
    const auto& whys = static_cast<const arrow::StringArray&>(*batch->column(1));
    const bool not_null = !function_.result.nullable();
    if (whys.null_count() == count && (!not_null || batch->column(0)->null_count() == 0)) {
      return OkStatus();
    }
    for (int64_t i = 0; i < count; ++i) {
      if (whys.IsValid(i)) {
        Fail(begin + i, kPythonFailed, whys.GetString(i));
      } else if (not_null && batch->column(0)->IsNull(i)) {
        Fail(begin + i, kPythonFailed, "None, though the result is declared NOT NULL");
      }
    }
    return OkStatus();
  }

  Status FailRows(int64_t begin, int64_t count, std::string_view code, const std::string& why) {
    for (int64_t i = 0; i < count; ++i) Fail(begin + i, code, why);
    auto nulls = arrow::MakeArrayOfNull(function_.result.ToArrow(), count);
    if (!nulls.ok()) return InternalError("values of Python", nulls.status().ToString());
    pieces_.push_back(*nulls);
    return OkStatus();
  }

  void Fail(int64_t row, std::string_view code, const std::string& why) {
    errors_->Add(row, code, "Python function " + function_.name + ": " + why);
    function_.counts->failures += 1;
  }

  const PythonFunction& function_;
  PythonSession* session_;
  RowErrors* errors_;
  std::string type_;
  arrow::ArrayVector pieces_;
  int64_t losses_ = 0;
};

Result<std::shared_ptr<arrow::RecordBatch>> BatchOf(const std::vector<arrow::Datum>& args,
                                                    int64_t length) {
  arrow::FieldVector fields;
  arrow::ArrayVector columns;
  for (const arrow::Datum& arg : args) {
    if (arg.is_scalar()) {
      auto array = arrow::MakeArrayFromScalar(*arg.scalar(), length);
      if (!array.ok()) return InternalError("an argument of Python", array.status().ToString());
      columns.push_back(*array);
    } else {
      columns.push_back(arg.make_array());
    }
    fields.push_back(arrow::field("a" + std::to_string(fields.size()), columns.back()->type()));
  }
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), length, std::move(columns));
}

}  // namespace

bool IsPythonType(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kArray: return IsPythonType(type.element());
    case TypeKind::kMap: return IsPythonType(type.key()) && IsPythonType(type.value());
    case TypeKind::kRow:
      return std::ranges::all_of(
          type.fields(), [](const DataType::Field& field) { return IsPythonType(field.type); });
    case TypeKind::kNull:
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
    case TypeKind::kMultiset:
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
    case TypeKind::kRaw: return false;
    default: return true;
  }
}

ScalarKernel MakePythonKernel(PythonFunctionPtr function) {
  return [function](KernelContext& context, const std::vector<arrow::Datum>& args,
                    int64_t length) -> Result<arrow::Datum> {
    if (*context.state == nullptr) *context.state = std::make_unique<PythonKernelState>();
    // For every batch: the careful beginning of a run has one thread for all shards.
    auto& session = static_cast<PythonKernelState&>(**context.state).session;
    session = PythonSession::OfThisThread(function->launcher, function->settings);
    if (length == 0) {
      auto none = arrow::MakeEmptyArray(function->result.ToArrow());
      if (!none.ok()) return InternalError("values of Python", none.status().ToString());
      return arrow::Datum(*none);
    }
    TRY_ASSIGN(const auto batch, BatchOf(args, length));
    TRY_ASSIGN(auto values, PythonRun(*function, session.get(), context.errors).Run(batch));
    return arrow::Datum(std::move(values));
  };
}

Result<std::string> ToIpc(const arrow::RecordBatch& batch) {
  const auto write = [&]() -> arrow::Result<std::string> {
    ARROW_ASSIGN_OR_RAISE(auto sink, arrow::io::BufferOutputStream::Create());
    ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(sink, batch.schema()));
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(batch));
    ARROW_RETURN_NOT_OK(writer->Close());
    ARROW_ASSIGN_OR_RAISE(auto buffer, sink->Finish());
    return buffer->ToString();
  };
  auto bytes = write();
  if (!bytes.ok()) return InternalError("rows for Python", bytes.status().ToString());
  return *std::move(bytes);
}

Result<std::shared_ptr<arrow::RecordBatch>> FromIpc(std::string_view bytes) {
  const auto read = [&]() -> arrow::Result<std::shared_ptr<arrow::RecordBatch>> {
    // A copy that the arrays keep alive.
    auto source =
        std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(bytes)));
    ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(source));
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader->ReadNext(&batch));
    if (batch == nullptr) return arrow::Status::Invalid("no batch");
    ARROW_RETURN_NOT_OK(batch->ValidateFull());
    return batch;
  };
  auto batch = read();
  if (!batch.ok()) return InternalError("rows from Python", batch.status().ToString());
  return *std::move(batch);
}

Result<std::string> TypeToIpc(const DataType& type) {
  auto none = arrow::MakeEmptyArray(type.ToArrow());
  if (!none.ok()) return InternalError("a type for Python", none.status().ToString());
  return ToIpc(
      *arrow::RecordBatch::Make(arrow::schema({arrow::field("type", type.ToArrow())}), 0, {*none}));
}

}  // namespace millrace
