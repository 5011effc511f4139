// SPDX-License-Identifier: Apache-2.0
// The portable serialization of RoaringBitmap. It is written here, since where runs are as long as
// an array the library's choice is not Java's; and read here from bytes that nobody vouches for,
// since the library takes order and sizes of containers on trust. Layout: a cookie, which
// containers are runs, key and size of each container, their places, their values; little endian.
#include <cstring>
#include <vector>

#include "data/bitmap/bitmap.h"

namespace millrace {
namespace {

constexpr uint32_t kCookie = 12346;          // no runs; the number of containers follows
constexpr uint32_t kCookieWithRuns = 12347;  // in the lower half; the upper has their number - 1
constexpr uint32_t kContainersMax = 65536;
constexpr uint32_t kArrayMax = 4096;  // values; more are a bitset
constexpr size_t kBitsetBytes = 8192;
constexpr uint32_t kPlacesFrom = 4;  // containers; fewer have no list of places beside runs

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  bool Take(T* value) {
    if (rest_.size() < sizeof(T)) return false;
    std::memcpy(value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return true;
  }
  bool TakeBytes(size_t count, std::string_view* bytes) {
    if (rest_.size() < count) return false;
    *bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return true;
  }

 private:
  std::string_view rest_;
};

struct Container {
  uint16_t key;
  uint16_t size_minus_one;
  bool runs;
};

bool ReadHeader(Reader* reader, std::vector<Container>* containers) {
  uint32_t cookie = 0;
  if (!reader->Take(&cookie)) return false;
  uint32_t count = 0;
  std::string_view runs;
  const bool has_runs = (cookie & 0xFFFF) == kCookieWithRuns;
  if (has_runs) {
    count = (cookie >> 16) + 1;
    if (!reader->TakeBytes((count + 7) / 8, &runs)) return false;
  } else if (cookie != kCookie || !reader->Take(&count) || count > kContainersMax) {
    return false;
  }
  for (uint32_t i = 0; i < count; ++i) {
    Container container{};
    if (!reader->Take(&container.key) || !reader->Take(&container.size_minus_one)) return false;
    if (i > 0 && container.key <= containers->back().key) return false;
    container.runs = has_runs && (static_cast<uint8_t>(runs[i / 8]) >> (i % 8) & 1) != 0;
    containers->push_back(container);
  }
  std::string_view places;
  return (has_runs && count < kPlacesFrom) || reader->TakeBytes(size_t{count} * 4, &places);
}

bool ReadRuns(Reader* reader, uint32_t base, Bitmap* out) {
  uint16_t count = 0;
  if (!reader->Take(&count)) return false;
  int64_t last = -1;
  for (uint32_t i = 0; i < count; ++i) {
    uint16_t first = 0;
    uint16_t length = 0;  // - 1
    if (!reader->Take(&first) || !reader->Take(&length)) return false;
    if (first <= last || uint32_t{first} + length > 0xFFFF) return false;
    last = int64_t{first} + length;
    out->AddRange(base + first, base + static_cast<uint32_t>(last));
  }
  return true;
}

bool ReadArray(Reader* reader, uint32_t base, uint32_t count, Bitmap* out) {
  int64_t last = -1;
  for (uint32_t i = 0; i < count; ++i) {
    uint16_t value = 0;
    if (!reader->Take(&value) || value <= last) return false;
    last = value;
    out->Add(base + value);
  }
  return true;
}

bool ReadBitset(Reader* reader, uint32_t base, uint32_t count, Bitmap* out) {
  std::string_view bits;
  if (!reader->TakeBytes(kBitsetBytes, &bits)) return false;
  uint32_t found = 0;
  for (uint32_t i = 0; i < kBitsetBytes * 8; ++i) {
    if ((static_cast<uint8_t>(bits[i / 8]) >> (i % 8) & 1) == 0) continue;
    out->Add(base + i);
    ++found;
  }
  return found == count;
}

/// The values of one container: the lower halves of those with one upper half.
struct Values {
  uint16_t key;
  std::vector<uint16_t> values;

  size_t runs() const {
    size_t count = 1;
    for (size_t i = 1; i < values.size(); ++i) count += values[i] != values[i - 1] + 1 ? 1 : 0;
    return count;
  }
  size_t size_without_runs() const {
    return values.size() > kArrayMax ? kBitsetBytes : values.size() * 2;
  }
  size_t size_of_runs() const { return 2 + runs() * 4; }
  bool as_runs() const { return size_of_runs() < size_without_runs(); }
  size_t size() const { return as_runs() ? size_of_runs() : size_without_runs(); }
};

template <typename T>
void Put(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void PutRuns(const Values& container, std::string* out) {
  const std::vector<uint16_t>& values = container.values;
  Put(static_cast<uint16_t>(container.runs()), out);
  for (size_t i = 0; i < values.size();) {
    size_t end = i + 1;
    while (end < values.size() && values[end] == values[end - 1] + 1) ++end;
    Put(values[i], out);
    Put(static_cast<uint16_t>(end - i - 1), out);
    i = end;
  }
}

void PutValues(const Values& container, std::string* out) {
  if (container.as_runs()) return PutRuns(container, out);
  if (container.values.size() <= kArrayMax) {
    for (const uint16_t value : container.values) Put(value, out);
    return;
  }
  const size_t begin = out->size();
  out->resize(begin + kBitsetBytes);
  for (const uint16_t value : container.values) {
    (*out)[begin + value / 8] |= static_cast<char>(1 << value % 8);
  }
}

void PutHeader(const std::vector<Values>& containers, std::string* out) {
  const size_t begin = out->size();
  const auto count = static_cast<uint32_t>(containers.size());
  std::string runs((count + 7) / 8, '\0');
  bool has_runs = false;
  for (size_t i = 0; i < containers.size(); ++i) {
    if (!containers[i].as_runs()) continue;
    has_runs = true;
    runs[i / 8] |= static_cast<char>(1 << i % 8);
  }
  if (has_runs) {
    Put(kCookieWithRuns | (count - 1) << 16, out);
    out->append(runs);
  } else {
    Put(kCookie, out);
    Put(count, out);
  }
  for (const Values& container : containers) {
    Put(container.key, out);
    Put(static_cast<uint16_t>(container.values.size() - 1), out);
  }
  if (has_runs && count < kPlacesFrom) return;
  size_t place = out->size() - begin + containers.size() * sizeof(uint32_t);
  for (const Values& container : containers) {
    Put(static_cast<uint32_t>(place), out);
    place += container.size();
  }
}

}  // namespace

void Bitmap::AppendBytes(std::string* out) const {
  std::vector<Values> containers;
  ForEach([&](uint32_t value) {
    const auto key = static_cast<uint16_t>(value >> 16);
    if (containers.empty() || containers.back().key != key) containers.push_back({key, {}});
    containers.back().values.push_back(static_cast<uint16_t>(value));
  });
  PutHeader(containers, out);
  for (const Values& container : containers) PutValues(container, out);
}

std::optional<Bitmap> Bitmap::Parse(std::string_view bytes) {
  Reader reader(bytes);
  std::vector<Container> containers;
  if (!ReadHeader(&reader, &containers)) return std::nullopt;
  Bitmap bitmap;
  for (const Container& container : containers) {
    const uint32_t base = uint32_t{container.key} << 16;
    const uint32_t count = uint32_t{container.size_minus_one} + 1;
    const bool good = container.runs      ? ReadRuns(&reader, base, &bitmap)
                      : count > kArrayMax ? ReadBitset(&reader, base, count, &bitmap)
                                          : ReadArray(&reader, base, count, &bitmap);
    if (!good) return std::nullopt;
  }
  return bitmap;
}

}  // namespace millrace
