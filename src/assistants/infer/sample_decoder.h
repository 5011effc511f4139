// SPDX-License-Identifier: Apache-2.0
// SampleDecoder: decodes samples as a table of some columns would, with the very decoder that a run
// uses. So a proposal is not believed but tried.
#pragma once

#include <arrow/io/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "assistants/infer/samples.h"
#include "data/batch.h"

namespace millrace {

struct DecodedSamples {
  std::vector<Batch> batches;
  std::vector<uint32_t> groups;  // file or partition of each row; empty: all are of one
  uint64_t rows = 0;
  uint64_t errors = 0;
  std::string first_error;
};

class SampleDecoder {
 public:
  /// Records of a record format. `samples` outlives it.
  SampleDecoder(const Format* format, const Samples* samples)
      : format_(format), samples_(samples) {}
  /// The first rows of a file of a file format.
  SampleDecoder(const Format* format, std::shared_ptr<arrow::io::RandomAccessFile> file,
                size_t rows_max)
      : format_(format), file_(std::move(file)), rows_max_(rows_max) {}

  /// `options` with the format's prefix, as in a WITH clause.
  Result<DecodedSamples> Decode(
      const Schema& schema, const std::vector<std::pair<std::string, std::string>>& options) const;

  const Format& format() const { return *format_; }

 private:
  Result<DecodedSamples> DecodeRecords(const Schema& schema, const Options& options) const;
  Result<DecodedSamples> ReadFile(const Schema& schema, const Options& options) const;

  const Format* format_;
  const Samples* samples_ = nullptr;
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  size_t rows_max_ = 0;
};

/// Turns columns into STRING until everything decodes, as far as that helps. Answers how many
/// columns were turned.
Result<size_t> WidenUntilDecodable(const SampleDecoder& decoder,
                                   const std::vector<std::pair<std::string, std::string>>& options,
                                   Schema* schema);

}  // namespace millrace
