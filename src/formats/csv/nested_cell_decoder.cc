// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "formats/csv/cell_decoder.h"

namespace millrace {
namespace {

/// Cuts a text at the array delimiter; an empty text has no elements.
class Elements {
 public:
  Elements(std::string_view text, std::string_view delimiter)
      : rest_(text), delimiter_(delimiter), more_(!text.empty()) {}
  bool Next(std::string_view* element) {
    if (!more_) return false;
    const size_t end = delimiter_.empty() ? std::string_view::npos : rest_.find(delimiter_);
    *element = rest_.substr(0, end);
    more_ = end != std::string_view::npos;
    if (more_) rest_.remove_prefix(end + delimiter_.size());
    return true;
  }

 private:
  std::string_view rest_;
  std::string_view delimiter_;
  bool more_;
};

/// Appends an element; with ignore-parse-errors a bad one is NULL.
bool DecodeElement(CellDecoder* decoder, const CsvDialect& dialect, std::string_view text) {
  if (dialect.null_literal == text) {
    decoder->column()->AppendNull();
    return true;
  }
  if (decoder->Decode(text)) return true;
  if (!dialect.ignore_parse_errors) return false;
  decoder->column()->AppendNull();
  return true;
}

class ArrayCell final : public CellDecoder {
 public:
  ArrayCell(const DataType& type, const CsvDialect& dialect)
      : CellDecoder(type.Nullable().ToString()),
        dialect_(dialect),
        element_(MakeCellDecoder(type.element(), dialect)),
        builder_(type.ToArrow(), {element_->column()}) {
    column_ = &builder_;
  }
  bool Decode(std::string_view text) override {
    Elements elements(text, dialect_.array_delimiter);
    std::string_view element;
    while (elements.Next(&element)) {
      if (DecodeElement(element_.get(), dialect_, element)) continue;
      builder_.DropOpenEntry();
      return false;
    }
    builder_.EndEntry();
    return true;
  }

 private:
  CsvDialect dialect_;
  std::unique_ptr<CellDecoder> element_;
  ListBuilder builder_;
};

class RowCell final : public CellDecoder {
 public:
  RowCell(const DataType& type, const CsvDialect& dialect)
      : CellDecoder(type.Nullable().ToString()),
        dialect_(dialect),
        fields_(MakeFields(type, dialect)),
        builder_(type.ToArrow(), Columns(fields_)) {
    column_ = &builder_;
  }

  /// An empty text is a NULL row; too few or too many elements are bad.
  bool Decode(std::string_view text) override {
    if (text.empty()) {
      builder_.AppendNull();
      return true;
    }
    const int64_t row = builder_.length();
    Elements elements(text, dialect_.array_delimiter);
    std::string_view element;
    size_t i = 0;
    bool good = true;
    for (; good && elements.Next(&element); ++i) {
      good = i < fields_.size() && DecodeElement(fields_[i].get(), dialect_, element);
    }
    good = good && (i == fields_.size() || dialect_.ignore_parse_errors);
    if (!good) {
      builder_.Truncate(row);
      return false;
    }
    for (; i < fields_.size(); ++i) fields_[i]->column()->AppendNull();
    builder_.EndRow();
    return true;
  }

 private:
  static std::vector<std::unique_ptr<CellDecoder>> MakeFields(const DataType& type,
                                                              const CsvDialect& dialect) {
    std::vector<std::unique_ptr<CellDecoder>> fields;
    for (const DataType::Field& field : type.fields()) {
      fields.push_back(MakeCellDecoder(field.type, dialect));
    }
    return fields;
  }
  static std::vector<ColumnBuilder*> Columns(
      const std::vector<std::unique_ptr<CellDecoder>>& fields) {
    std::vector<ColumnBuilder*> columns;
    for (const auto& field : fields) columns.push_back(field->column());
    return columns;
  }

  CsvDialect dialect_;
  std::vector<std::unique_ptr<CellDecoder>> fields_;
  RowBuilder builder_;
};

}  // namespace

std::unique_ptr<CellDecoder> MakeNestedCellDecoder(const DataType& type,
                                                   const CsvDialect& dialect) {
  if (type.kind() == TypeKind::kArray) return std::make_unique<ArrayCell>(type, dialect);
  CHECK(type.kind() == TypeKind::kRow);
  return std::make_unique<RowCell>(type, dialect);
}

}  // namespace millrace
