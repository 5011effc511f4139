// SPDX-License-Identifier: Apache-2.0
// NexmarkEvents: the events of the Nexmark benchmark (people, their auctions, bids on them), each
// a function of (seed, number): a restart goes on where it was, parallelism changes nothing, and
// bench/nexmark/flink/NexmarkEvents.java makes the same ones for Flink, byte for byte.
//
// Of every 50 events 1 is a person, 3 are auctions and 46 are bids; the hot ones of each and the
// sizes are the public benchmark's (Apache Beam, sdks/java/testing/nexmark). What it draws from a
// stream of random numbers is drawn here from one stream per event, in the order of the fields.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace millrace {

struct NexmarkSettings {
  uint64_t seed = 1;
  int64_t people = 1;        // of so many events together ...
  int64_t auctions = 3;      // ...
  int64_t bids = 46;         // ... in this order
  int64_t hot_sellers = 4;   // 1 of so many auctions has a seller that is not hot
  int64_t hot_auctions = 2;  // of bids
  int64_t hot_bidders = 4;
  int64_t person_size = 200;  // bytes, on average, `extra` fills up to it
  int64_t auction_size = 500;
  int64_t bid_size = 100;
  int64_t events_per_second = 10000;     // of event time
  int64_t base_time_ms = 1436918400000;  // of event 0
  int64_t group = 1;                     // so many events come in another order

  int64_t per_epoch() const { return people + auctions + bids; }
};

/// Random numbers of one event (SplitMix64).
class NexmarkRandom {
 public:
  NexmarkRandom(uint64_t seed, uint64_t stream);
  uint64_t Next();
  int64_t Below(int64_t bound);  // 1 <= bound < 2^31

 private:
  uint64_t seed_;
  uint64_t drawn_ = 0;
};

struct NexmarkPerson {
  int64_t id, time_ms;
  std::string name, email, credit_card, city, state, extra;
};

struct NexmarkAuction {
  int64_t id, initial_bid, reserve, time_ms, expires_ms, seller, category;
  std::string item_name, description, extra;
};

struct NexmarkBid {
  int64_t auction, bidder, price, time_ms;
  const std::string* channel;  // of the generator
  const std::string* url;
  std::string extra;
};

enum class NexmarkKind : uint8_t { kPerson, kAuction, kBid };

class NexmarkEvents {
 public:
  explicit NexmarkEvents(const NexmarkSettings& settings);

  NexmarkKind KindOf(int64_t number) const;
  int64_t TimeOf(int64_t number) const;

  /// Fill what is given, whose strings keep their memory. REQUIRES: KindOf(number) is that kind.
  void MakePerson(int64_t number, NexmarkPerson* person) const;
  void MakeAuction(int64_t number, NexmarkAuction* auction) const;
  void MakeBid(int64_t number, NexmarkBid* bid) const;

 private:
  int64_t Adjusted(int64_t number) const;
  int64_t LastPerson(int64_t number) const;
  int64_t LastAuction(int64_t number) const;
  int64_t AnyPerson(int64_t number, NexmarkRandom* random) const;
  int64_t AnyAuction(int64_t number, NexmarkRandom* random) const;
  int64_t AuctionLength(NexmarkRandom* random) const;
  int64_t Price(NexmarkRandom* random) const;

  struct Channel {
    std::string name;
    std::string url;
  };

  NexmarkSettings settings_;
  std::vector<int64_t> prices_;
  std::vector<Channel> channels_;
};

}  // namespace millrace
