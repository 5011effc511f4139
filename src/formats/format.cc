// SPDX-License-Identifier: Apache-2.0
#include "formats/format.h"

#include <algorithm>

namespace millrace {
namespace {

std::unexpected<Error> Refuse(std::string_view format, std::string_view what) {
  return UserError("MR0505",
                   "format '" + std::string(format) + "' cannot be used to " + std::string(what));
}

}  // namespace

Result<std::unique_ptr<RecordDecoder>> Format::MakeDecoder(const Schema&, const Options&) const {
  return Refuse(name(), "read records");
}

Result<std::unique_ptr<RecordEncoder>> Format::MakeEncoder(const Schema&, const Options&) const {
  return Refuse(name(), "write records");
}

Result<std::unique_ptr<FileReader>> Format::MakeFileReader(
    std::shared_ptr<arrow::io::RandomAccessFile>, const Schema&, const Options&) const {
  return Refuse(name(), "read whole files");
}

Result<std::unique_ptr<FileWriter>> Format::MakeFileWriter(std::shared_ptr<arrow::io::OutputStream>,
                                                           const Schema&, const Options&) const {
  return Refuse(name(), "write whole files");
}

void FormatRegistry::Register(std::unique_ptr<Format> format) {
  formats_.push_back(std::move(format));
}

const Format* FormatRegistry::Find(std::string_view name) const {
  for (const auto& format : formats_) {
    if (format->name() == name) return format.get();
  }
  return nullptr;
}

std::vector<std::string> FormatRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& format : formats_) names.emplace_back(format->name());
  std::ranges::sort(names);
  return names;
}

}  // namespace millrace
