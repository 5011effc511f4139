// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/type_guess.h"

#include <algorithm>
#include <charconv>

namespace millrace {
namespace {

constexpr int kDoubleDigits = 15;  // decimal digits that every DOUBLE keeps
constexpr int kDecimalDigitsMax = 38;
constexpr int kDecimalPrecision = 18;  // room for larger values than those seen
constexpr int kMoneyScaleMax = 6;
constexpr uint64_t kMapObjects = 8;  // fewer objects say nothing about their keys
constexpr size_t kMapKeys = 8;
constexpr double kMapPresence = 0.4;  // mean share of the objects that have one key

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads exactly `digits` digits at `*at`; -1 if there are others.
int Digits(std::string_view text, size_t* at, size_t digits) {
  if (text.size() - *at < digits) return -1;
  int value = 0;
  for (size_t i = 0; i < digits; ++i, ++*at) {
    if (!IsDigit(text[*at])) return -1;
    value = value * 10 + (text[*at] - '0');
  }
  return value;
}

bool Accept(std::string_view text, size_t* at, char c) {
  if (*at >= text.size() || text[*at] != c) return false;
  ++*at;
  return true;
}

bool ReadDate(std::string_view text, size_t* at) {
  if (Digits(text, at, 4) < 0 || !Accept(text, at, '-')) return false;
  const int month = Digits(text, at, 2);
  if (month < 1 || month > 12 || !Accept(text, at, '-')) return false;
  const int day = Digits(text, at, 2);
  return day >= 1 && day <= 31;
}

/// `HH:mm:ss[.f]`
bool ReadTime(std::string_view text, size_t* at, int* fraction_digits) {
  const int hour = Digits(text, at, 2);
  if (hour < 0 || hour > 23 || !Accept(text, at, ':')) return false;
  const int minute = Digits(text, at, 2);
  if (minute < 0 || minute > 59 || !Accept(text, at, ':')) return false;
  const int second = Digits(text, at, 2);
  if (second < 0 || second > 59) return false;
  if (!Accept(text, at, '.')) return true;
  const size_t begin = *at;
  while (*at < text.size() && IsDigit(text[*at])) ++*at;
  *fraction_digits = static_cast<int>(*at - begin);
  return *fraction_digits >= 1 && *fraction_digits <= 9;
}

/// `Z`, `+hh`, `+hhmm` or `+hh:mm`
bool ReadZone(std::string_view text, size_t* at) {
  if (Accept(text, at, 'Z')) return true;
  if (!Accept(text, at, '+') && !Accept(text, at, '-')) return false;
  if (Digits(text, at, 2) < 0) return false;
  if (*at == text.size()) return true;
  Accept(text, at, ':');
  return Digits(text, at, 2) >= 0;
}

}  // namespace

TimeForm FormOfTime(std::string_view text) {
  TimeForm form;
  size_t at = 0;
  if (ReadTime(text, &at, &form.fraction_digits) && at == text.size()) {
    form.kind = TimeForm::Kind::kTime;
    return form;
  }
  at = 0;
  form = {};
  if (!ReadDate(text, &at)) return {};
  if (at == text.size()) return {.kind = TimeForm::Kind::kDate};
  form.iso = text[at] == 'T';
  if (!form.iso && text[at] != ' ') return {};
  ++at;
  if (!ReadTime(text, &at, &form.fraction_digits)) return {};
  form.kind = TimeForm::Kind::kTimestamp;
  if (at == text.size()) return form;
  form.kind = TimeForm::Kind::kZonedTimestamp;
  if (!ReadZone(text, &at) || at != text.size()) return {};
  return form;
}

void TypeGuess::Add(const SampleValue& value) {
  using K = SampleValue::Kind;
  if (value.kind == K::kNull) {
    ++nulls_;
    return;
  }
  ++values_;
  switch (value.kind) {
    case K::kNull: break;
    case K::kBoolean: ++booleans_; break;
    case K::kNumber: AddNumber(value.text); break;
    case K::kText: AddText(value.text); break;
    case K::kArray:
      ++arrays_;
      if (element_ == nullptr) element_ = std::make_unique<TypeGuess>();
      for (const SampleValue& item : value.items) element_->Add(item);
      break;
    case K::kObject:
      ++objects_;
      for (const SampleValue::Member& member : value.members) {
        const auto [field, added] = fields_.try_emplace(member.name);
        if (added) names_.push_back(member.name);
        field->second.Add(member.value);
        ++members_;
      }
      break;
  }
}

void TypeGuess::AddNumber(std::string_view text) {
  ++numbers_;
  if (text.find_first_of("eE") != std::string_view::npos) {
    exponent_ = true;
    ++fractions_;
    return;
  }
  const std::string_view signed_text = text;
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view all = text;
  if (point == std::string_view::npos) {
    int64_t number = 0;
    const auto [end, error] =
        std::from_chars(signed_text.data(), signed_text.data() + signed_text.size(), number);
    beyond_long_ = beyond_long_ || error != std::errc();
  } else {
    ++fractions_;
    const int scale = static_cast<int>(text.size() - point - 1);
    scale_min_ = std::min(scale_min_, scale);
    scale_max_ = std::max(scale_max_, scale);
    trailing_zero_ = trailing_zero_ || text.ends_with('0');
  }
  const bool zero = whole == "0";
  whole_digits_ = std::max(whole_digits_, zero ? 0 : static_cast<int>(whole.size()));
  const size_t first = all.find_first_of("123456789");
  if (first == std::string_view::npos) return;
  all.remove_prefix(first);
  const auto digits = static_cast<int>(std::ranges::count_if(all, IsDigit));
  significant_digits_ = std::max(significant_digits_, digits);
}

void TypeGuess::AddText(std::string_view text) {
  ++texts_;
  const TimeForm form = FormOfTime(text);
  switch (form.kind) {
    case TimeForm::Kind::kNone: return;
    case TimeForm::Kind::kDate: ++forms_.dates; return;
    case TimeForm::Kind::kTime: ++forms_.times; break;
    case TimeForm::Kind::kTimestamp: ++forms_.plain_timestamps; break;
    case TimeForm::Kind::kZonedTimestamp: ++forms_.zoned_timestamps; break;
  }
  forms_.fraction_digits = std::max(forms_.fraction_digits, form.fraction_digits);
  if (form.kind == TimeForm::Kind::kTime) return;
  forms_.iso = forms_.iso || form.iso;
  forms_.sql = forms_.sql || !form.iso;
}

void TypeGuess::Merge(const TypeGuess& other) {
  nulls_ += other.nulls_;
  values_ += other.values_;
  booleans_ += other.booleans_;
  numbers_ += other.numbers_;
  texts_ += other.texts_;
  arrays_ += other.arrays_;
  objects_ += other.objects_;
  members_ += other.members_;
  fractions_ += other.fractions_;
  exponent_ = exponent_ || other.exponent_;
  beyond_long_ = beyond_long_ || other.beyond_long_;
  trailing_zero_ = trailing_zero_ || other.trailing_zero_;
  whole_digits_ = std::max(whole_digits_, other.whole_digits_);
  scale_min_ = std::min(scale_min_, other.scale_min_);
  scale_max_ = std::max(scale_max_, other.scale_max_);
  significant_digits_ = std::max(significant_digits_, other.significant_digits_);
  forms_.plain_timestamps += other.forms_.plain_timestamps;
  forms_.zoned_timestamps += other.forms_.zoned_timestamps;
  forms_.dates += other.forms_.dates;
  forms_.times += other.forms_.times;
  forms_.fraction_digits = std::max(forms_.fraction_digits, other.forms_.fraction_digits);
  forms_.iso = forms_.iso || other.forms_.iso;
  forms_.sql = forms_.sql || other.forms_.sql;
  if (other.element_ != nullptr) {
    if (element_ == nullptr) element_ = std::make_unique<TypeGuess>();
    element_->Merge(*other.element_);
  }
  for (const std::string& name : other.names_) {
    const auto [field, added] = fields_.try_emplace(name);
    if (added) names_.push_back(name);
    field->second.Merge(other.fields_.at(name));
  }
}

DataType TypeGuess::type() const {
  const uint64_t most = std::max({booleans_, numbers_, texts_, arrays_, objects_});
  if (most == 0 || most < values_) return DataType::String();  // nothing, or a mixture
  if (booleans_ > 0) return DataType::Boolean();
  if (numbers_ > 0) return NumberType();
  if (texts_ > 0) return TextType();
  if (arrays_ > 0) return DataType::Array(element_->type());
  return ObjectType();
}

DataType TypeGuess::NumberType() const {
  if (fractions_ == 0) {
    if (!beyond_long_) return DataType::BigInt();
    return whole_digits_ > kDecimalDigitsMax ? DataType::String()
                                             : DataType::Decimal(kDecimalDigitsMax, 0);
  }
  if (exponent_) return DataType::Double();
  const bool loses_digits = significant_digits_ > kDoubleDigits;
  const bool fixed = fractions_ == numbers_ && scale_min_ == scale_max_ && scale_max_ >= 2 &&
                     scale_max_ <= kMoneyScaleMax && trailing_zero_;
  if (!loses_digits && !fixed) return DataType::Double();
  const int precision = std::max(whole_digits_ + scale_max_, kDecimalPrecision);
  // Random fractions ("0.8444218515250481") are DOUBLEs printed in full.
  const bool printed_double = loses_digits && !fixed && significant_digits_ <= 17;
  if (printed_double || precision > kDecimalDigitsMax) return DataType::Double();
  return DataType::Decimal(precision, scale_max_);
}

DataType TypeGuess::TextType() const {
  const int precision = forms_.fraction_digits <= 3 ? 3 : forms_.fraction_digits <= 6 ? 6 : 9;
  if (forms_.plain_timestamps == texts_) return DataType::Timestamp(precision);
  if (forms_.zoned_timestamps == texts_) return DataType::TimestampLtz(precision);
  if (forms_.dates == texts_) return DataType::Date();
  if (forms_.times == texts_ && forms_.fraction_digits == 0) return DataType::Time(0);
  return DataType::String();
}

bool TypeGuess::LooksLikeMap() const {
  if (names_.empty()) return true;
  if (objects_ < kMapObjects || names_.size() < kMapKeys) return false;
  const double presence = static_cast<double>(members_) /
                          (static_cast<double>(objects_) * static_cast<double>(names_.size()));
  return presence < kMapPresence;
}

/// A field without a name can be the key of a MAP, not a field of a ROW.
DataType TypeGuess::ObjectType() const {
  const bool nameless = names_.size() == 1 && names_[0].empty();
  if (nameless || LooksLikeMap()) {
    TypeGuess value;
    for (const std::string& name : names_) value.Merge(fields_.at(name));
    return DataType::Map(DataType::String().NotNull(), value.type());
  }
  std::vector<DataType::Field> fields;
  for (const std::string& name : names_) {
    if (!name.empty()) fields.push_back({name, fields_.at(name).type()});
  }
  return DataType::Row(std::move(fields));
}

bool TypeGuess::has_iso_form() const {
  if (texts_ > 0 && forms_.iso) return true;
  if (element_ != nullptr && element_->has_iso_form()) return true;
  return std::ranges::any_of(fields_, [](const auto& f) { return f.second.has_iso_form(); });
}

bool TypeGuess::has_sql_form() const {
  if (texts_ > 0 && forms_.sql) return true;
  if (element_ != nullptr && element_->has_sql_form()) return true;
  return std::ranges::any_of(fields_, [](const auto& f) { return f.second.has_sql_form(); });
}

}  // namespace millrace
