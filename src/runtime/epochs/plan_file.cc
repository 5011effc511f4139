// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/plan_file.h"

#include <algorithm>
#include <array>

#include "base/json_value.h"
#include "base/json_writer.h"

namespace millrace {
namespace {

constexpr uint64_t kPlanVersion = 1;
constexpr std::string_view kBody = "\"plan\": ";

std::string PlanPath(const std::string& data_dir) { return data_dir + "/plan.json"; }
std::string PreviousPath(const std::string& data_dir) { return data_dir + "/plan.previous.json"; }

Result<std::optional<StoredPlan>> ReadFile(Disk* disk, const std::string& path) {
  TRY_ASSIGN(const auto info, disk->Stat(path));
  if (!info) return std::nullopt;
  TRY_ASSIGN(const std::string text, disk->ReadAll(path));
  Result<StoredPlan> plan = PlanFromJson(text);
  if (plan) return *std::move(plan);
  return UserError("MR0722", "the plan '" + path + "' cannot be read",
                   plan.error().message + " " + plan.error().detail,
                   "start with --fresh to discard the interrupted run");
}

}  // namespace

std::string PlanToJson(const StoredPlan& plan) {
  JsonWriter out;
  out.BeginObject().Field("version", kPlanVersion).Field("pipeline", plan.pipeline);
  out.Field("fingerprint", plan.fingerprint).Key("operators").Raw(plan.plan.ToJson()).EndObject();
  const std::string body = std::move(out).Finish();
  return "{\"check\": \"" + HexHash(body) + "\", " + std::string(kBody) + body + "}\n";
}

Result<StoredPlan> PlanFromJson(std::string_view text) {
  TRY_ASSIGN(const JsonValue root, JsonValue::Parse(text));
  const size_t begin = text.find(kBody);
  const size_t end = text.rfind('}');
  if (begin == std::string_view::npos || end < begin + kBody.size() ||
      root["check"].string() !=
          HexHash(text.substr(begin + kBody.size(), end - begin - kBody.size()))) {
    return UserError("MR0722", "its check sum is wrong");
  }
  const JsonValue& body = root["plan"];
  if (body["version"].number() != kPlanVersion) {
    return UserError("MR0722", "it was written by another version",
                     "format " + std::to_string(body["version"].number()) +
                         ", this program reads " + std::to_string(kPlanVersion));
  }
  return StoredPlan{.pipeline = body["pipeline"].string(),
                    .fingerprint = body["fingerprint"].string(),
                    .plan = PlanIdentity::FromJson(body["operators"])};
}

Result<std::optional<StoredPlan>> ReadPlan(Disk* disk, const std::string& data_dir,
                                           std::string_view fingerprint) {
  for (const std::string& path : {PlanPath(data_dir), PreviousPath(data_dir)}) {
    TRY_ASSIGN(auto plan, ReadFile(disk, path));
    if (plan && plan->fingerprint == fingerprint) return plan;
  }
  return std::nullopt;
}

Status WritePlan(Disk* disk, const std::string& data_dir, const StoredPlan& plan,
                 std::string_view active) {
  TRY_ASSIGN(const auto info, disk->Stat(PlanPath(data_dir)));
  if (info) {
    // A damaged file is replaced: who got here has decided to go on without it.
    const auto there = ReadFile(disk, PlanPath(data_dir));
    if (there && *there && (*there)->fingerprint == active && active != plan.fingerprint) {
      TRY(disk->Rename(PlanPath(data_dir), PreviousPath(data_dir)));
    }
  }
  return disk->WriteAtomic(PlanPath(data_dir), PlanToJson(plan));
}

}  // namespace millrace
