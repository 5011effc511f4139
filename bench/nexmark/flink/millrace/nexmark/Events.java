// SPDX-License-Identifier: Apache-2.0
// The events of src/connectors/nexmark/events.cc, byte for byte, as Flink's internal rows.
package millrace.nexmark;

import java.io.Serializable;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

public final class Events implements Serializable {
  private static final long FIRST_ID = 1000;
  private static final long FIRST_CATEGORY = 10;
  private static final long CATEGORIES = 5;
  private static final long HOT_EVERY = 100;
  private static final long ACTIVE_PEOPLE = 1000;
  private static final long LEAD = 10;
  private static final long AUCTIONS_IN_FLIGHT = 100;
  private static final int COLD_CHANNELS = 10000;
  private static final int PRICE_STEPS = 24576;
  private static final long PEOPLE = 1;
  private static final long AUCTIONS = 3;
  private static final long PER_EPOCH = 50;
  private static final long BASE_TIME_MS = 1436918400000L;
  private static final int PERSON_SIZE = 200;
  private static final int AUCTION_SIZE = 500;
  private static final int BID_SIZE = 100;
  private static final String[] FIRST_NAMES = {
    "Ada", "Bela", "Carla", "Dario", "Elena", "Farid", "Grete", "Hugo", "Ines", "Jonas", "Kemal"
  };
  private static final String[] LAST_NAMES = {
    "Adler", "Bauer", "Costa", "Duarte", "Ekman", "Fischer", "Garcia", "Hansen", "Ivanov"
  };
  private static final String[] CITIES = {
    "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
    "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"
  };
  private static final String[] STATES = {"AZ", "CA", "ID", "OR", "WA", "WY"};
  private static final String[] HOT_CHANNELS = {"Google", "Facebook", "Baidu", "Apple"};

  private final long seed;
  private final long rate;
  private transient long[] prices;
  private transient String[] channels;
  private transient String[] urls;
  private transient Random random;

  public Events(long seed, long rate) {
    this.seed = seed;
    this.rate = rate;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private static final class Random {
    private long state;

    void start(long seed, long stream) {
      state = mix(seed + stream * 0x9e3779b97f4a7c15L);
    }

    long next() {
      state += 0x9e3779b97f4a7c15L;
      return mix(state);
    }

    long below(long bound) {
      return ((next() >>> 32) * bound) >>> 32;
    }

    String oneOf(String[] values) {
      return values[(int) below(values.length)];
    }

    String letters(int count) {
      byte[] text = new byte[count];
      for (int at = 0; at < count; ) {
        long bits = next();
        for (int i = Math.min(count - at, 8); i > 0; i--, bits >>>= 8) {
          text[at++] = (byte) ('a' + ((bits & 0xff) * 26 >> 8));
        }
      }
      return new String(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    String lettersUpTo(int max) {
      return letters(3 + (int) below(max - 3));
    }

    String extra(int size, int average) {
      int missing = average - size;
      if (missing <= 0) return "";
      int spread = (missing + 2) / 5;
      return letters(missing - spread + (spread == 0 ? 0 : (int) below(2L * spread)));
    }
  }

  private void prepare() {
    random = new Random();
    prices = new long[PRICE_STEPS];
    for (int i = 0; i < PRICE_STEPS; i++) {
      prices[i] = Math.round(StrictMath.pow(10.0, 6.0 * i / PRICE_STEPS) * 100);
    }
    int all = HOT_CHANNELS.length + COLD_CHANNELS;
    channels = new String[all];
    urls = new String[all];
    for (int i = 0; i < all; i++) {
      random.start(seed, -1L - i);
      StringBuilder url = new StringBuilder("https://auctions.example/");
      for (int folder = 0; folder < 3; folder++) url.append(random.letters(5)).append('/');
      url.append("item.htm?query=1");
      int cold = i - HOT_CHANNELS.length;
      channels[i] = cold < 0 ? HOT_CHANNELS[i] : "channel-" + cold;
      if (cold >= 0 && random.below(10) > 0) {
        url.append("&channel_id=").append((cold * 0x9e3779b1) >>> 1);
      }
      urls[i] = url.toString();
    }
  }

  private static long lastPerson(long number) {
    return number / PER_EPOCH * PEOPLE + Math.min(number % PER_EPOCH, PEOPLE - 1);
  }

  private static long lastAuction(long number) {
    long offset = number % PER_EPOCH - PEOPLE;
    long before = number / PER_EPOCH * AUCTIONS;
    return offset < 0 ? before - 1 : before + Math.min(offset, AUCTIONS - 1);
  }

  private long anyPerson(long number) {
    long people = lastPerson(number) + 1;
    long active = Math.min(people, ACTIVE_PEOPLE);
    return people - active + random.below(active + LEAD);
  }

  private long anyAuction(long number) {
    long last = lastAuction(number);
    long first = Math.max(last - AUCTIONS_IN_FLIGHT, 0);
    return first + random.below(last - first + 1 + LEAD);
  }

  private long price() {
    return prices[(int) random.below(PRICE_STEPS)];
  }

  private static StringData text(String value) {
    return StringData.fromString(value);
  }

  public RowData make(long number) {
    if (random == null) prepare();
    random.start(seed, number);
    long time = BASE_TIME_MS + number * 1000 / rate;
    long offset = number % PER_EPOCH;
    if (offset < PEOPLE) return GenericRowData.of(0, person(number, time), null, null);
    if (offset < PEOPLE + AUCTIONS) return GenericRowData.of(1, null, auction(number, time), null);
    return GenericRowData.of(2, null, null, bid(number, time));
  }

  private RowData person(long number, long time) {
    String name = random.oneOf(FIRST_NAMES) + " " + random.oneOf(LAST_NAMES);
    String email = random.letters(7) + "@" + random.letters(5) + ".com";
    StringBuilder card = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      if (i > 0) card.append(' ');
      long digits = random.below(10000);
      for (int unit = 1000; unit > 0; unit /= 10) card.append((char) ('0' + digits / unit % 10));
    }
    String city = random.oneOf(CITIES);
    String state = random.oneOf(STATES);
    int size = 8 + name.length() + email.length() + card.length() + city.length() + state.length();
    return GenericRowData.of(FIRST_ID + lastPerson(number), text(name), text(email),
        text(card.toString()), text(city), text(state), TimestampData.fromEpochMillis(time),
        text(random.extra(size, PERSON_SIZE)));
  }

  private RowData auction(long number, long time) {
    boolean hot = random.below(4) > 0;
    long seller = FIRST_ID + (hot ? lastPerson(number) / HOT_EVERY * HOT_EVERY : anyPerson(number));
    long category = FIRST_CATEGORY + random.below(CATEGORIES);
    long initialBid = price();
    long horizon = AUCTIONS_IN_FLIGHT * PER_EPOCH / AUCTIONS * 1000 / rate;
    long expires = time + 1 + random.below(Math.max(horizon * 2, 1));
    String itemName = random.lettersUpTo(20);
    String description = random.lettersUpTo(100);
    long reserve = initialBid + price();
    int size = 7 * 8 + itemName.length() + description.length();
    return GenericRowData.of(FIRST_ID + lastAuction(number), text(itemName), text(description),
        initialBid, reserve, TimestampData.fromEpochMillis(time),
        TimestampData.fromEpochMillis(expires), seller, category,
        text(random.extra(size, AUCTION_SIZE)));
  }

  private RowData bid(long number, long time) {
    boolean hotAuction = random.below(2) > 0;
    long auction =
        FIRST_ID + (hotAuction ? lastAuction(number) / HOT_EVERY * HOT_EVERY : anyAuction(number));
    boolean hotBidder = random.below(4) > 0;
    long bidder =
        FIRST_ID + (hotBidder ? lastPerson(number) / HOT_EVERY * HOT_EVERY + 1 : anyPerson(number));
    long price = price();
    boolean hotChannel = random.below(2) > 0;
    int channel = (int) (hotChannel ? random.below(HOT_CHANNELS.length)
                                    : HOT_CHANNELS.length + random.below(COLD_CHANNELS));
    return GenericRowData.of(auction, bidder, price, text(channels[channel]), text(urls[channel]),
        TimestampData.fromEpochMillis(time), text(random.extra(4 * 8, BID_SIZE)));
  }
}
