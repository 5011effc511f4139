// SPDX-License-Identifier: Apache-2.0
#include "runtime/backup/backup_manifest.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "base/json_value.h"
#include "base/json_writer.h"
#include "data/key_codec.h"
#include "plan/identity/operator_identity.h"
#include "state/encoding.h"

namespace millrace {
namespace {

constexpr uint64_t kVersion = 1;
constexpr std::string_view kFolder = "backups";
constexpr std::string_view kBody = "\"backup\": ";
constexpr size_t kSequenceDigits = 10;
constexpr size_t kPieceBytes = 1 << 20;

std::unexpected<Error> Unreadable(std::string detail) {
  return UserError("MR0843", "the backup cannot be read", std::move(detail));
}

BackupFile ReadFile(const JsonValue& value) {
  BackupFile file{
      .path = value["path"].string(), .outside = value["outside"].boolean(), .parts = {}};
  for (const JsonValue& part : value["parts"].array()) {
    file.parts.push_back({.object = part["object"].string(),
                          .size = part["size"].number(),
                          .sum = part["sum"].string()});
  }
  return file;
}

}  // namespace

uint64_t BackupFile::size() const {
  return std::accumulate(parts.begin(), parts.end(), uint64_t{0},
                         [](uint64_t sum, const BackupPart& part) { return sum + part.size; });
}

uint64_t BackupManifest::bytes() const {
  return std::accumulate(files.begin(), files.end(), uint64_t{0},
                         [](uint64_t sum, const BackupFile& file) { return sum + file.size(); });
}

std::string BackupManifest::name() const {
  const std::string digits = std::to_string(sequence);
  const size_t missing = kSequenceDigits - std::min(kSequenceDigits, digits.size());
  return std::string(kFolder) + "/" + std::string(missing, '0') + digits + "-epoch-" +
         std::to_string(epoch) + ".json";
}

std::string BackupManifest::ToJson() const {
  JsonWriter out;
  out.BeginObject().Field("version", kVersion).Field("pipeline", pipeline);
  out.Field("sequence", sequence).Field("epoch", epoch).Field("created_ms", created_ms);
  out.Key("files").BeginArray();
  for (const BackupFile& file : files) {
    out.BeginObject().Field("path", file.path).Field("outside", file.outside);
    out.Key("parts").BeginArray();
    for (const BackupPart& part : file.parts) {
      out.BeginObject().Field("object", part.object).Field("size", part.size);
      out.Field("sum", part.sum).EndObject();
    }
    out.EndArray().EndObject();
  }
  out.EndArray().EndObject();
  const std::string body = std::move(out).Finish();
  return "{\"check\": \"" + HexHash(body) + "\", " + std::string(kBody) + body + "}\n";
}

Result<BackupManifest> BackupManifest::FromJson(std::string_view text) {
  const auto root = JsonValue::Parse(text);
  if (!root) return Unreadable(root.error().message + " " + root.error().detail);
  const size_t begin = text.find(kBody);
  const size_t end = text.rfind('}');
  if (begin == std::string_view::npos || end < begin + kBody.size() ||
      (*root)["check"].string() !=
          HexHash(text.substr(begin + kBody.size(), end - begin - kBody.size()))) {
    return Unreadable("the check sum of its manifest is wrong");
  }
  const JsonValue& body = (*root)["backup"];
  if (body["version"].number() != kVersion) {
    return Unreadable("it was written by another version: format " +
                      std::to_string(body["version"].number()) + ", this program reads " +
                      std::to_string(kVersion));
  }
  BackupManifest manifest{.pipeline = body["pipeline"].string(),
                          .sequence = body["sequence"].number(),
                          .epoch = body["epoch"].number(),
                          .created_ms = body["created_ms"].number(),
                          .files = {}};
  for (const JsonValue& file : body["files"].array()) manifest.files.push_back(ReadFile(file));
  return manifest;
}

uint64_t SequenceOfBackup(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  if (name.size() <= kSequenceDigits || name[kSequenceDigits] != '-' || !name.ends_with(".json")) {
    return 0;
  }
  uint64_t sequence = 0;
  const char* const end = name.data() + kSequenceDigits;
  const auto [stop, error] = std::from_chars(name.data(), end, sequence);
  return error == std::errc() && stop == end ? sequence : 0;
}

Result<std::vector<std::string>> ListBackups(ObjectStore* store) {
  TRY_ASSIGN(const auto objects, store->List(std::string(kFolder)));
  std::vector<std::string> names;
  for (const ObjectInfo& object : objects) {
    if (!object.directory && !object.partial && SequenceOfBackup(object.name) > 0) {
      names.push_back(object.name);
    }
  }
  std::ranges::sort(names, {}, SequenceOfBackup);
  return names;
}

void BackupSum::Add(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t room = std::min(kPieceBytes - piece_.size(), bytes.size());
    piece_.append(bytes.substr(0, room));
    bytes.remove_prefix(room);
    if (piece_.size() == kPieceBytes) Fold();
  }
}

void BackupSum::Fold() {
  PutVarint(HashBytes(piece_), &sums_);
  piece_.clear();
}

std::string BackupSum::Finish() {
  Fold();
  return HexHash(sums_);
}

}  // namespace millrace
