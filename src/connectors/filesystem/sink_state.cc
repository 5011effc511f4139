// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/sink_state.h"

#include <charconv>

namespace millrace {
namespace {

/// Takes a decimal number and the character behind it off the front.
bool TakeNumber(std::string_view* text, char behind, uint64_t* value) {
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *value);
  if (error != std::errc() || end == text->data() + text->size() || *end != behind) return false;
  text->remove_prefix(static_cast<size_t>(end - text->data()) + 1);
  return true;
}

}  // namespace

std::string WriteSinkState(const SinkState& state) {
  std::string text = "files 2 " + std::to_string(state.next_sequence) + " " +
                     std::to_string(state.first_sequence) + "\n";
  for (const StagedFileState& file : state.files) {
    text += (file.finished ? "f " : "o ") + std::to_string(file.sequence) + " " +
            std::to_string(file.length) + " " + file.partition + "\n";
  }
  return text;
}

Result<SinkState> ReadSinkState(std::string_view text) {
  SinkState state;
  const auto broken = [&] { return InternalError("the saved state of a file sink is broken"); };
  constexpr std::string_view kHeader = "files 2 ";
  if (!text.starts_with(kHeader)) return broken();
  text.remove_prefix(kHeader.size());
  if (!TakeNumber(&text, ' ', &state.next_sequence) ||
      !TakeNumber(&text, '\n', &state.first_sequence)) {
    return broken();
  }
  while (!text.empty()) {
    StagedFileState file;
    file.finished = text.starts_with("f ");
    if (!file.finished && !text.starts_with("o ")) return broken();
    text.remove_prefix(2);
    if (!TakeNumber(&text, ' ', &file.sequence) || !TakeNumber(&text, ' ', &file.length)) {
      return broken();
    }
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return broken();
    file.partition = text.substr(0, end);
    text.remove_prefix(end + 1);
    state.files.push_back(std::move(file));
  }
  return state;
}

}  // namespace millrace
