// SPDX-License-Identifier: Apache-2.0
#include "runtime/inspection/state_survey.h"

#include <algorithm>

#include "runtime/inspection/entry_decoder.h"

namespace millrace {
namespace {

class Surveyor {
 public:
  Surveyor(const StateReader& reader, bool decode) : reader_(reader), decode_(decode) {
    survey_.problems = reader.problems();
    if (!reader.plan()) return;
    for (const OperatorIdentity& identity : reader.plan()->plan.operators()) {
      if (identity.role == OperatorIdentity::Role::kState) Known(identity.id, identity);
    }
  }

  StateSurvey Survey() {
    const Status visited = reader_.Visit([this](const StateEntry& entry) {
      Count(entry);
      return OkStatus();
    });
    if (!visited)
      survey_.problems.push_back(visited.error().message + ": " + visited.error().detail);
    return std::move(survey_);
  }

 private:
  OperatorSurvey& Known(const std::string& id, std::optional<OperatorIdentity> identity) {
    places_[id] = survey_.operators.size();
    OperatorSurvey& known = survey_.operators.emplace_back();
    known.id = id;
    known.identity = std::move(identity);
    if (!decode_ || !known.identity) return known;
    auto decoder = EntryDecoder::Make(*known.identity);
    if (decoder) {
      decoders_.emplace(id, *std::move(decoder));
    } else {
      survey_.problems.push_back(known.identity->description + ": " + decoder.error().message);
    }
    return known;
  }

  OperatorSurvey& Find(const std::string& id) {
    if (const auto found = places_.find(id); found != places_.end()) {
      return survey_.operators[found->second];
    }
    const OperatorIdentity* identity = reader_.plan() ? reader_.plan()->plan.Find(id) : nullptr;
    return Known(id, identity ? std::optional(*identity) : std::nullopt);
  }

  void Count(const StateEntry& entry) {
    const std::string id(entry.operator_id);
    OperatorSurvey& found = Find(id);
    ++found.entries;
    found.bytes += entry.key.size() + entry.value.size();
    ++found.tables[std::string(entry.table)];
    const auto decoder = decoders_.find(id);
    if (decoder == decoders_.end()) return;
    const Status learned = decoder->second.Learn(entry.table, entry.key, entry.value);
    const auto decoded = decoder->second.Decode(entry.table, entry.key, entry.value);
    if (learned && decoded) return;
    if (found.undecodable++ > 0) return;
    found.first_problem = learned ? decoded.error().message : learned.error().message;
  }

  const StateReader& reader_;
  bool decode_;
  StateSurvey survey_;
  std::map<std::string, size_t> places_;
  std::map<std::string, EntryDecoder> decoders_;
};

}  // namespace

bool StateSurvey::sound() const {
  return problems.empty() && std::ranges::all_of(operators, [](const OperatorSurvey& one) {
           return one.undecodable == 0;
         });
}

StateSurvey SurveyState(const StateReader& reader, bool decode) {
  return Surveyor(reader, decode).Survey();
}

}  // namespace millrace
