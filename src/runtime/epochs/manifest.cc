// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/manifest.h"

#include <array>
#include <cstdio>

#include "base/json_value.h"
#include "base/json_writer.h"
#include "data/key_codec.h"
#include "operators/io/byte_text.h"

namespace millrace {
namespace {

constexpr uint64_t kVersion = 2;
constexpr std::string_view kHexPrefix = "hex:";

std::string Hex(uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

/// Opaque bytes as JSON text: as they are when that is possible, else in hex.
std::string Encode(std::string_view bytes) {
  if (IsUtf8(bytes) && !bytes.starts_with(kHexPrefix)) return std::string(bytes);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out(kHexPrefix);
  for (const char c : bytes) {
    out += kDigits[static_cast<uint8_t>(c) >> 4];
    out += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return out;
}

std::string Decode(const std::string& text) {
  if (!text.starts_with(kHexPrefix)) return text;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (size_t i = kHexPrefix.size(); i + 1 < text.size(); i += 2) {
    out += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  }
  return out;
}

/// Writes members of one object with commas between them.
class ManifestObject {
 public:
  explicit ManifestObject(std::string* out) : out_(out) { *out_ += '{'; }
  ManifestObject& Key(std::string_view key) {
    if (!first_) *out_ += ", ";
    first_ = false;
    AppendJsonString(key, out_);
    *out_ += ": ";
    return *this;
  }
  void String(std::string_view value) { AppendJsonString(value, out_); }
  void Number(uint64_t value) { *out_ += std::to_string(value); }
  void Boolean(bool value) { *out_ += value ? "true" : "false"; }
  void End() { *out_ += '}'; }

 private:
  std::string* out_;
  bool first_ = true;
};

void AppendSplit(const SplitPosition& split, std::string* out) {
  ManifestObject object(out);
  object.Key("split").String(Encode(split.split));
  if (!split.bounded) object.Key("unbounded").Boolean(true);
  if (split.done) object.Key("done").Boolean(true);
  if (!split.position.empty()) object.Key("position").String(Encode(split.position));
  if (split.row > 0) object.Key("row").Number(split.row);
  if (split.shard >= 0) object.Key("shard").Number(static_cast<uint64_t>(split.shard));
  object.End();
}

using Positions = std::map<std::string, std::vector<SplitPosition>>;

void AppendPositions(const Positions& sources, std::string* out) {
  ManifestObject object(out);
  for (const auto& [node, splits] : sources) {
    object.Key(node);
    *out += '[';
    for (size_t i = 0; i < splits.size(); ++i) {
      if (i > 0) *out += ", ";
      AppendSplit(splits[i], out);
    }
    *out += ']';
  }
  object.End();
}

int ShardOf(const JsonValue& split) {
  return split.object().contains("shard") ? static_cast<int>(split["shard"].number()) : -1;
}

Positions ReadPositions(const JsonValue& value) {
  Positions sources;
  for (const auto& [node, splits] : value.object()) {
    std::vector<SplitPosition>& positions = sources[node];
    for (const JsonValue& split : splits.array()) {
      positions.push_back({.split = Decode(split["split"].string()),
                           .bounded = !split["unbounded"].boolean(),
                           .done = split["done"].boolean(),
                           .position = Decode(split["position"].string()),
                           .row = split["row"].number(),
                           .shard = ShardOf(split)});
    }
  }
  return sources;
}

void AppendLengths(const DeadLetterFiles::Lengths& lengths, std::string* out) {
  ManifestObject object(out);
  for (const auto& [table, length] : lengths) object.Key(table).Number(length);
  object.End();
}

DeadLetterFiles::Lengths ReadLengths(const JsonValue& value) {
  DeadLetterFiles::Lengths lengths;
  for (const auto& [table, length] : value.object()) lengths[table] = length.number();
  return lengths;
}

}  // namespace

std::string RunManifest::Body() const {
  std::string out;
  ManifestObject object(&out);
  object.Key("version").Number(kVersion);
  object.Key("pipeline").String(Encode(pipeline));
  object.Key("fingerprint").String(fingerprint);
  object.Key("state").String(finished ? "finished" : "running");
  object.Key("shards").Number(static_cast<uint64_t>(shards));
  object.Key("sources");
  AppendPositions(sources, &out);
  object.Key("sinks");
  ManifestObject sink_object(&out);
  for (const auto& [writer, state] : sinks) sink_object.Key(writer).String(Encode(state));
  sink_object.End();
  object.Key("dead_letters");
  AppendLengths(dead_letters, &out);
  object.Key("dead_letters_at_start");
  AppendLengths(dead_letters_at_start, &out);
  object.End();
  return out;
}

std::string RunManifest::ToJson() const {
  const std::string body = "\"epoch\": " + std::to_string(epoch) + ", \"run\": " + Body();
  return "{\"check\": \"" + Hex(HashBytes(body)) + "\", " + body + "}\n";
}

Result<RunManifest> RunManifest::FromJson(std::string_view text) {
  TRY_ASSIGN(const JsonValue root, JsonValue::Parse(text));
  const size_t body = text.find("\"epoch\": ");
  const size_t end = text.rfind('}');
  if (body == std::string_view::npos || end < body ||
      root["check"].string() != Hex(HashBytes(text.substr(body, end - body)))) {
    return UserError("MR0722", "its check sum is wrong");
  }
  return FromRun(root["run"], root["epoch"].number());
}

Result<RunManifest> RunManifest::FromBody(std::string_view text, uint64_t epoch) {
  TRY_ASSIGN(const JsonValue run, JsonValue::Parse(text));
  return FromRun(run, epoch);
}

Result<RunManifest> RunManifest::FromRun(const JsonValue& run, uint64_t epoch) {
  if (run["version"].number() != kVersion) {
    return UserError("MR0722", "it was written by another version",
                     "format " + std::to_string(run["version"].number()) + ", this program reads " +
                         std::to_string(kVersion));
  }
  RunManifest manifest;
  manifest.pipeline = Decode(run["pipeline"].string());
  manifest.fingerprint = run["fingerprint"].string();
  manifest.finished = run["state"].string() == "finished";
  manifest.shards = static_cast<int>(run["shards"].number());
  manifest.epoch = epoch;
  manifest.sources = ReadPositions(run["sources"]);
  for (const auto& [writer, state] : run["sinks"].object()) {
    manifest.sinks[writer] = Decode(state.string());
  }
  manifest.dead_letters = ReadLengths(run["dead_letters"]);
  manifest.dead_letters_at_start = ReadLengths(run["dead_letters_at_start"]);
  return manifest;
}

std::string ManifestPath(const std::string& data_dir) { return data_dir + "/run.json"; }

Result<std::optional<RunManifest>> ReadManifest(Disk* disk, const std::string& data_dir) {
  const std::string path = ManifestPath(data_dir);
  TRY_ASSIGN(const auto info, disk->Stat(path));
  if (!info) return std::nullopt;
  TRY_ASSIGN(const std::string text, disk->ReadAll(path));
  Result<RunManifest> manifest = RunManifest::FromJson(text);
  if (manifest) return *std::move(manifest);
  return UserError("MR0722", "the run manifest '" + path + "' cannot be read",
                   manifest.error().message + " " + manifest.error().detail,
                   "start with --fresh to discard the interrupted run");
}

Status WriteManifest(Disk* disk, const std::string& data_dir, const RunManifest& manifest) {
  return disk->WriteAtomic(ManifestPath(data_dir), manifest.ToJson());
}

}  // namespace millrace
