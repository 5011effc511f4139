// SPDX-License-Identifier: Apache-2.0
// Small pieces of Markdown that the reference pages are made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/options.h"

namespace millrace {

/// One page: title, the note that it is generated, and what follows.
class Page {
 public:
  Page(std::string_view title, std::string_view introduction);
  void Heading(int level, std::string_view text);
  void Paragraph(std::string_view text);
  void Code(std::string_view language, std::string_view text);
  /// Cells may hold Markdown; bars in them are escaped.
  void Table(const std::vector<std::string>& header,
             const std::vector<std::vector<std::string>>& rows);
  /// Key, type, default and help of each option, required ones first. `prefix` stands before each
  /// key.
  void OptionTable(const std::vector<OptionSpec>& options, std::string_view prefix = {});

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// `text` as inline code.
std::string Inline(std::string_view text);

}  // namespace millrace
