// SPDX-License-Identifier: Apache-2.0
// MessageEncoder: rows of a table to the records of its sink. For brokers a record has a key, may
// have no value (a delete) and takes metadata from columns; elsewhere it is the value only. One
// thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "data/key_codec.h"
#include "expr/evaluator.h"
#include "formats/format.h"
#include "plan/table.h"

namespace millrace {

class MessageEncoder {
 public:
  /// REQUIRES: the table has a record format.
  static Result<std::unique_ptr<MessageEncoder>> Make(const Table& table,
                                                      const SessionContext* session);

  /// Fills all but `batch` of `input`; what it points to lives until the next call.
  Status Encode(const Batch& batch, SinkInput* input);
  /// Upserts: the old version of an updated row is left out, or a delete if its key is another one
  /// than that of the new version.
  Batch DropOldVersions(Batch batch);

 private:
  struct Part {
    std::unique_ptr<RecordEncoder> encoder;
    std::vector<size_t> columns;  // of the write schema
    bool all = false;             // these are all columns of the write schema in order
    bool null_is_null = false;    // a NULL in the one column is a null, not an empty text
    std::string bytes;
    std::vector<size_t> ends;
  };
  struct Metadata {
    size_t column = 0;  // of the write schema
    std::optional<Evaluator> cast;
  };

  static Status MakePart(const Format& format, const Options& options, const Schema& schema,
                         const Schema& written, const std::vector<std::string>& names, Part* part);
  Status AddMetadata(const Table& table, const Schema& written, const SessionContext* session);
  static Status EncodePart(const Batch& batch, Part* part);
  void MarkNulls(const Batch& batch);
  void MarkNullKeys(const Batch& batch);

  Part value_;
  Part key_;  // no encoder: no keys
  std::vector<Metadata> metadata_;
  std::vector<std::shared_ptr<arrow::Array>> metadata_values_;
  std::vector<uint8_t> null_values_;
  std::vector<uint8_t> null_keys_;
  bool upserts_ = false;
  std::optional<KeyCodec> upsert_keys_;
  EncodedKeys encoded_keys_;
};

}  // namespace millrace
