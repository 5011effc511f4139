// SPDX-License-Identifier: Apache-2.0
#include "connectors/nexmark/events.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

#include "connectors/datagen/generator.h"

namespace millrace {
namespace {

constexpr int64_t kFirstId = 1000;  // of people and of auctions
constexpr int64_t kFirstCategory = 10;
constexpr int64_t kCategories = 5;
constexpr int64_t kHotEvery = 100;  // the first of so many people or auctions is the hot one
constexpr int64_t kActivePeople = 1000;
constexpr int64_t kPersonLead = 10;  // ids that are used before their event came
constexpr int64_t kAuctionLead = 10;
constexpr int64_t kAuctionsInFlight = 100;
constexpr int64_t kColdChannels = 10000;
constexpr int64_t kPriceSteps = 24576;  // of a logarithmic scale of six decades
constexpr double kPriceDecades = 6;
constexpr int64_t kItemNameMax = 20;
constexpr int64_t kDescriptionMax = 100;
constexpr int64_t kGroupFactor = 953;  // a prime

constexpr std::array<std::string_view, 11> kFirstNames = {
    "Ada", "Bela", "Carla", "Dario", "Elena", "Farid", "Grete", "Hugo", "Ines", "Jonas", "Kemal"};
constexpr std::array<std::string_view, 9> kLastNames = {
    "Adler", "Bauer", "Costa", "Duarte", "Ekman", "Fischer", "Garcia", "Hansen", "Ivanov"};
constexpr std::array<std::string_view, 10> kCities = {
    "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
    "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
constexpr std::array<std::string_view, 6> kStates = {"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::array<std::string_view, 4> kHotChannels = {"Google", "Facebook", "Baidu", "Apple"};

template <size_t kCount>
std::string_view OneOf(const std::array<std::string_view, kCount>& values, NexmarkRandom* random) {
  return values[static_cast<size_t>(random->Below(kCount))];
}

/// Each byte b becomes the letter 'a' + b * 26 / 256.
uint64_t LettersOf(uint64_t bits) {
  constexpr uint64_t kEven = 0x00ff00ff00ff00ff;
  const uint64_t even = (bits & kEven) * 26 >> 8 & kEven;
  const uint64_t odd = (bits >> 8 & kEven) * 26 & ~kEven;
  return (even | odd) + 0x0101010101010101 * 'a';
}

/// Letters a-z, eight of every draw, the first one of its lowest byte.
void AppendLetters(int64_t count, NexmarkRandom* random, std::string* text) {
  static_assert(std::endian::native == std::endian::little);
  constexpr size_t kLetters = sizeof(uint64_t);
  const size_t end = text->size() + static_cast<size_t>(count);
  text->resize_and_overwrite(end + kLetters, [&](char* bytes, size_t) {
    for (char* out = bytes + end - count; out < bytes + end; out += kLetters) {
      const uint64_t letters = LettersOf(random->Next());
      std::memcpy(out, &letters, kLetters);
    }
    return end;
  });
}

void FillLetters(int64_t max, NexmarkRandom* random, std::string* text) {
  text->clear();
  AppendLetters(3 + random->Below(max - 3), random, text);
}

/// `extra`: what is missing to the average size, a fifth more or less.
void FillExtra(int64_t size, int64_t average, NexmarkRandom* random, std::string* text) {
  text->clear();
  const int64_t missing = average - size;
  if (missing <= 0) return;
  const int64_t spread = (missing + 2) / 5;
  AppendLetters(missing - spread + (spread == 0 ? 0 : random->Below(2 * spread)), random, text);
}

void AppendFourDigits(int64_t value, std::string* text) {
  for (const int64_t unit : {1000, 100, 10, 1}) {
    *text += static_cast<char>('0' + value / unit % 10);
  }
}

std::string MakeUrl(NexmarkRandom* random) {
  std::string url = "https://auctions.example/";
  for (int i = 0; i < 3; ++i) {
    AppendLetters(5, random, &url);
    url += '/';
  }
  return url + "item.htm?query=1";
}

}  // namespace

NexmarkRandom::NexmarkRandom(uint64_t seed, uint64_t stream) : seed_(BitsOf(seed, stream)) {}

uint64_t NexmarkRandom::Next() { return BitsOf(seed_, ++drawn_); }

int64_t NexmarkRandom::Below(int64_t bound) {
  return static_cast<int64_t>((Next() >> 32) * static_cast<uint64_t>(bound) >> 32);
}

NexmarkEvents::NexmarkEvents(const NexmarkSettings& settings) : settings_(settings) {
  for (int64_t i = 0; i < kPriceSteps; ++i) {
    const double decades = kPriceDecades * static_cast<double>(i) / kPriceSteps;
    prices_.push_back(std::llround(std::pow(10.0, decades) * 100));
  }
  for (const std::string_view name : kHotChannels) {
    NexmarkRandom random(settings.seed, static_cast<uint64_t>(-1 - int64_t(channels_.size())));
    channels_.push_back({std::string(name), MakeUrl(&random)});
  }
  for (int64_t i = 0; i < kColdChannels; ++i) {
    NexmarkRandom random(settings.seed, static_cast<uint64_t>(-1 - int64_t(channels_.size())));
    std::string url = MakeUrl(&random);
    if (random.Below(10) > 0) {
      url += "&channel_id=" + std::to_string(static_cast<uint32_t>(i) * 2654435761u >> 1);
    }
    channels_.push_back({"channel-" + std::to_string(i), std::move(url)});
  }
}

NexmarkKind NexmarkEvents::KindOf(int64_t number) const {
  const int64_t offset = number % settings_.per_epoch();
  if (offset < settings_.people) return NexmarkKind::kPerson;
  return offset < settings_.people + settings_.auctions ? NexmarkKind::kAuction : NexmarkKind::kBid;
}

int64_t NexmarkEvents::Adjusted(int64_t number) const {
  const int64_t group = settings_.group;
  if (group <= 1) return number;
  return number / group * group + number % group * kGroupFactor % group;
}

int64_t NexmarkEvents::TimeOf(int64_t number) const {
  return settings_.base_time_ms + Adjusted(number) * 1000 / settings_.events_per_second;
}

// The last person, from 0, that there is at an event.
int64_t NexmarkEvents::LastPerson(int64_t number) const {
  const int64_t epoch = number / settings_.per_epoch();
  const int64_t offset = number % settings_.per_epoch();
  return epoch * settings_.people + std::min(offset, settings_.people - 1);
}

// The last auction, from 0; -1 before the first.
int64_t NexmarkEvents::LastAuction(int64_t number) const {
  const int64_t epoch = number / settings_.per_epoch();
  const int64_t offset = number % settings_.per_epoch() - settings_.people;
  if (offset < 0) return epoch * settings_.auctions - 1;
  return epoch * settings_.auctions + std::min(offset, settings_.auctions - 1);
}

int64_t NexmarkEvents::AnyPerson(int64_t number, NexmarkRandom* random) const {
  const int64_t people = LastPerson(number) + 1;
  const int64_t active = std::min(people, kActivePeople);
  return people - active + random->Below(active + kPersonLead);
}

int64_t NexmarkEvents::AnyAuction(int64_t number, NexmarkRandom* random) const {
  const int64_t last = LastAuction(number);
  const int64_t first = std::max<int64_t>(last - kAuctionsInFlight, 0);
  return first + random->Below(last - first + 1 + kAuctionLead);
}

int64_t NexmarkEvents::AuctionLength(NexmarkRandom* random) const {
  const int64_t later = kAuctionsInFlight * settings_.per_epoch() / settings_.auctions;
  const int64_t horizon = later * 1000 / settings_.events_per_second;
  return 1 + random->Below(std::max<int64_t>(horizon * 2, 1));
}

int64_t NexmarkEvents::Price(NexmarkRandom* random) const {
  return prices_[static_cast<size_t>(random->Below(kPriceSteps))];
}

void NexmarkEvents::MakePerson(int64_t number, NexmarkPerson* person) const {
  NexmarkRandom random(settings_.seed, static_cast<uint64_t>(number));
  person->id = kFirstId + LastPerson(number);
  person->time_ms = TimeOf(number);
  person->name = OneOf(kFirstNames, &random);
  person->name += ' ';
  person->name += OneOf(kLastNames, &random);
  person->email.clear();
  AppendLetters(7, &random, &person->email);
  person->email += '@';
  AppendLetters(5, &random, &person->email);
  person->email += ".com";
  person->credit_card.clear();
  for (int i = 0; i < 4; ++i) {
    if (i > 0) person->credit_card += ' ';
    AppendFourDigits(random.Below(10000), &person->credit_card);
  }
  person->city = OneOf(kCities, &random);
  person->state = OneOf(kStates, &random);
  const size_t size = 8 + person->name.size() + person->email.size() + person->credit_card.size() +
                      person->city.size() + person->state.size();
  FillExtra(static_cast<int64_t>(size), settings_.person_size, &random, &person->extra);
}

void NexmarkEvents::MakeAuction(int64_t number, NexmarkAuction* auction) const {
  NexmarkRandom random(settings_.seed, static_cast<uint64_t>(number));
  auction->id = kFirstId + LastAuction(number);
  auction->time_ms = TimeOf(number);
  const bool hot = random.Below(settings_.hot_sellers) > 0;
  auction->seller =
      kFirstId + (hot ? LastPerson(number) / kHotEvery * kHotEvery : AnyPerson(number, &random));
  auction->category = kFirstCategory + random.Below(kCategories);
  auction->initial_bid = Price(&random);
  auction->expires_ms = auction->time_ms + AuctionLength(&random);
  FillLetters(kItemNameMax, &random, &auction->item_name);
  FillLetters(kDescriptionMax, &random, &auction->description);
  auction->reserve = auction->initial_bid + Price(&random);
  const size_t size = 7 * 8 + auction->item_name.size() + auction->description.size();
  FillExtra(static_cast<int64_t>(size), settings_.auction_size, &random, &auction->extra);
}

void NexmarkEvents::MakeBid(int64_t number, NexmarkBid* bid) const {
  NexmarkRandom random(settings_.seed, static_cast<uint64_t>(number));
  bid->time_ms = TimeOf(number);
  const bool hot_auction = random.Below(settings_.hot_auctions) > 0;
  bid->auction = kFirstId + (hot_auction ? LastAuction(number) / kHotEvery * kHotEvery
                                         : AnyAuction(number, &random));
  const bool hot_bidder = random.Below(settings_.hot_bidders) > 0;
  bid->bidder = kFirstId + (hot_bidder ? LastPerson(number) / kHotEvery * kHotEvery + 1
                                       : AnyPerson(number, &random));
  bid->price = Price(&random);
  const bool hot_channel = random.Below(2) > 0;
  const int64_t place = hot_channel ? random.Below(int64_t(kHotChannels.size()))
                                    : int64_t(kHotChannels.size()) + random.Below(kColdChannels);
  const Channel& channel = channels_[static_cast<size_t>(place)];
  bid->channel = &channel.name;
  bid->url = &channel.url;
  FillExtra(4 * 8, settings_.bid_size, &random, &bid->extra);
}

}  // namespace millrace
