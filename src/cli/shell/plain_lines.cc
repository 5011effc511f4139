// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/shell/line_source.h"

namespace millrace {
namespace {

class PlainLines final : public LineSource {
 public:
  Outcome Read(const std::string&, const std::string&, std::string* line) override {
    if (!std::getline(std::cin, *line)) return Outcome::kEnd;
    if (!line->empty() && line->back() == '\r') line->pop_back();
    return Outcome::kLine;
  }
};

}  // namespace

std::unique_ptr<LineSource> MakePlainLines() { return std::make_unique<PlainLines>(); }

}  // namespace millrace
