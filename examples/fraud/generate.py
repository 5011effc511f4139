#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes card payments with planted fraud: DIRECTORY/transactions.json and DIRECTORY/labels.csv.

The same seed gives the same bytes. Cards have a home, habits and devices, merchants a place and a
category, and some cards travel. Planted: card-testing bursts, account takeover, impossible travel
and merchants that collude; a part of each is done with care and is hard to see. Payments arrive
out of order, some late, some twice. Labels are kept apart: no pipeline reads them.
"""
import argparse
import bisect
import datetime
import itertools
import math
import pathlib
import random

DAYS = 4
DAY = 86_400
START = datetime.datetime(2026, 3, 2)
CATEGORIES = {  # name: (share of merchants, median amount, spread, online)
    "grocery": (26, 34, 0.6, False), "restaurant": (22, 27, 0.6, False),
    "fuel": (9, 48, 0.4, False), "pharmacy": (8, 18, 0.6, False),
    "clothing": (10, 58, 0.7, False), "travel": (3, 240, 0.8, True),
    "electronics": (6, 160, 0.9, True), "subscriptions": (6, 12, 0.4, True),
    "marketplace": (8, 42, 0.9, True), "gift_cards": (2, 50, 0.5, True),
}
# When people pay, by hour of the day.
HOURS = [1, 0.6, 0.4, 0.3, 0.3, 0.6, 1.6, 3.2, 4.2, 4, 4, 4.8, 6, 5.6, 4.6, 4.4, 5, 6, 6.6, 6, 4.8,
         3.6, 2.6, 1.6]


class World:
    """Cards, merchants and the payments made so far: (time, arrival, fields, kind of fraud)."""

    def __init__(self, seed, count):
        self.random = random.Random(seed)
        self.payments = []
        self.devices = 0
        self.cities = [(self.random.uniform(36, 60), self.random.uniform(-9, 28))
                       for _ in range(60)]
        self.merchants = [self.make_merchant(i) for i in range(max(60, count // 250))]
        self.by_city = {}
        for merchant in self.merchants:
            if not merchant["online"]:
                self.by_city.setdefault(merchant["city"], []).append(merchant)
        self.online = [m for m in self.merchants if m["online"]]
        self.online_weights = list(itertools.accumulate(m["popular"] for m in self.online))
        self.clock = self.make_clock()
        self.cards = [self.make_card(i) for i in range(max(40, count // 32))]

    def make_merchant(self, number):
        name = self.random.choices(list(CATEGORIES), [c[0] for c in CATEGORIES.values()])[0]
        city = min(int(self.random.expovariate(1 / 12)), len(self.cities) - 1)
        lat, lon = self.near(self.cities[city], 0.08)
        return {"id": f"m{number:05d}", "category": name, "online": CATEGORIES[name][3],
                "city": city, "lat": lat, "lon": lon,
                "popular": self.random.paretovariate(1.1),
                "level": self.random.lognormvariate(0, 0.25)}

    def make_card(self, number):
        city = min(int(self.random.expovariate(1 / 12)), len(self.cities) - 1)
        card = {"id": f"c{number:06d}", "city": city, "home": self.near(self.cities[city], 0.1),
                "level": self.random.lognormvariate(0, 0.45),
                "online": self.random.betavariate(2, 5),
                "rate": self.random.gammavariate(2, 1),
                "devices": [self.new_device() for _ in range(self.random.choice((1, 1, 2)))],
                "trip": None, "new_phone": None}
        shops = self.by_city.get(city) or self.merchants
        card["shops"] = self.random.choices(shops, [m["popular"] for m in shops], k=6)
        if self.random.random() < 0.08:  # a trip: (from, to, city)
            begin = self.random.uniform(0.2, DAYS - 1) * DAY
            card["trip"] = (begin, begin + self.random.uniform(0.5, 2.5) * DAY,
                            self.random.randrange(len(self.cities)))
        if self.random.random() < 0.06:
            card["new_phone"] = self.random.uniform(0, DAYS) * DAY
        return card

    def make_clock(self):
        """Cumulative distribution of the second of the day, at hours."""
        return [hours / sum(HOURS) for hours in itertools.accumulate(HOURS, initial=0)]

    def near(self, place, spread):
        return (place[0] + self.random.gauss(0, spread), place[1] + self.random.gauss(0, spread))

    def new_device(self):
        self.devices += 1
        return f"d{self.devices:06d}"

    def time_of_day(self):
        share = self.random.random()
        return (bisect.bisect_left(self.clock, share, 1, 24) - 1 + self.random.random()) * 3600

    def any_time(self):
        return self.random.randrange(DAYS) * DAY + self.time_of_day()

    def amount(self, merchant, level):
        _, median, spread, _ = CATEGORIES[merchant["category"]]
        value = median * level * merchant["level"] * self.random.lognormvariate(0, spread)
        return min(max(value, 0.5), 9000)

    def pay(self, time, card, merchant, amount, device, place, kind=""):
        """One payment. It arrives soon, or late, or twice."""
        if not 0 <= time < DAYS * DAY:
            return
        chance = self.random.random()
        delay = self.random.expovariate(1 / 0.4)
        if chance < 0.002:
            delay += self.random.uniform(300, 3600)  # a terminal without network
        elif chance < 0.02:
            delay += self.random.uniform(5, 60)
        fields = (card, merchant["id"], merchant["category"],
                  "online" if merchant["online"] else "store", device, amount, place)
        number = len(self.payments)
        self.payments.append((time + delay, number, time, fields, kind))
        if self.random.random() < 0.003:
            again = time + delay + self.random.uniform(0.05, 30)
            self.payments.append((again, number, time, fields, kind))

    # What honest people do.

    def normal(self, card):
        time = self.any_time()
        trip = card["trip"]
        away = trip is not None and trip[0] < time < trip[1]
        if away and min(time - trip[0], trip[1] - time) < 6 * 3600:
            return  # on the way
        device = card["devices"][-1 if self.random.random() < 0.8 else 0]
        if card["new_phone"] is not None and time > card["new_phone"]:
            device = card["devices"][0] + "n"
        if self.random.random() < card["online"]:
            merchant = self.random.choices(self.online, cum_weights=self.online_weights)[0]
            place = self.near(self.cities[trip[2]] if away else card["home"], 0.02)
        else:
            if away:
                shops = self.by_city.get(trip[2]) or self.merchants
                merchant = self.random.choice(shops)
            elif self.random.random() < 0.8:
                merchant = self.random.choice(card["shops"])
            else:
                shops = self.by_city.get(card["city"]) or self.merchants
                merchant = self.random.choice(shops)
            place = (merchant["lat"], merchant["lon"])
            device = f"t-{merchant['id']}"  # the terminal
        amount = self.amount(merchant, card["level"])
        if self.random.random() < 0.004:
            amount *= self.random.uniform(4, 10)  # a sofa, a birthday
        if self.random.random() < 0.3:
            amount = round(amount)
        self.pay(time, card["id"], merchant, max(amount, 0.5), device, place)

    # What thieves do. `careful` ones hide.

    def card_testing(self):
        """Stolen numbers are tried with tiny amounts; those that work are emptied soon after."""
        careful = self.random.random() < 0.2
        time = self.any_time()
        merchant = self.random.choice(self.online)
        device = self.new_device()
        place = self.near(self.random.choice(self.cities), 0.5)
        for card in self.random.sample(self.cards, self.random.randint(8, 30)):
            if careful and self.random.random() < 0.5:
                device = self.new_device()
            begin = time + self.random.uniform(0, 1200 if not careful else 20_000)
            for _ in range(self.random.randint(1, 4)):
                begin += self.random.uniform(2, 60)
                self.pay(begin, card["id"], merchant, self.random.uniform(0.5, 3), device, place,
                         "card-testing")
            if self.random.random() < 0.3:
                shop = self.random.choice(self.online)
                self.pay(begin + self.random.uniform(300, 3000), card["id"], shop,
                         self.random.uniform(150, 900), device, place, "card-testing")

    def takeover(self):
        """An account is used from a new device, for what can be sold again."""
        careful = self.random.random() < 0.25
        card = self.random.choice(self.cards)
        resale = ("electronics", "gift_cards", "travel")
        wanted = [m for m in self.online if m["category"] in resale]
        time = self.any_time()
        device = self.new_device()
        place = self.near(card["home"] if careful else self.random.choice(self.cities), 0.3)
        for _ in range(self.random.randint(2, 7)):
            time += self.random.uniform(40, 900 if not careful else 6000)
            merchant = self.random.choice(wanted or self.online)
            amount = self.amount(merchant, card["level"]) * self.random.uniform(
                *((0.8, 1.5) if careful else (1.5, 5)))
            self.pay(time, card["id"], merchant, min(amount, 4000), device, place, "takeover")

    def travel(self):
        """A copied card is used in a shop far from where its owner has just paid."""
        card = self.random.choice(self.cards)
        time = self.any_time()
        shop = self.random.choice(card["shops"])
        self.pay(time, card["id"], shop, self.amount(shop, card["level"]), f"t-{shop['id']}",
                 (shop["lat"], shop["lon"]))
        home = self.cities[card["city"]]
        for _ in range(40):
            city = self.random.choice(list(self.by_city))
            if math.dist(home, self.cities[city]) > 6:
                break
        for _ in range(self.random.randint(1, 4)):
            time += self.random.uniform(300, 3000)
            merchant = self.random.choice(self.by_city[city])
            self.pay(time, card["id"], merchant,
                     self.amount(merchant, card["level"]) * self.random.uniform(1, 4),
                     f"t-{merchant['id']}", (merchant["lat"], merchant["lon"]), "travel")

    def collusion(self):
        """A merchant charges many strangers' cards just below a limit, in one night."""
        merchant = self.random.choice(self.merchants)
        time = self.random.randrange(DAYS) * DAY + self.random.uniform(0, 5) * 3600
        limit = self.random.choice((100, 200, 250, 500))
        devices = [self.new_device() for _ in range(3)]
        for card in self.random.sample(self.cards, self.random.randint(20, 60)):
            place = (merchant["lat"], merchant["lon"])
            amount = limit - self.random.uniform(0.5, 12)
            self.pay(time + self.random.uniform(0, 7200), card["id"], merchant, amount,
                     self.random.choice(devices), place, "collusion")

    def fill(self, count):
        """Plants fraud, then adds honest payments up to `count` records."""
        patterns = ((self.card_testing, 22, count // 18_000), (self.takeover, 4.5, count // 2500),
                    (self.travel, 2.5, count // 2500), (self.collusion, 40, count // 60_000))
        for make, _, times in patterns:
            for _ in range(max(times, 1)):
                make()
        weights = list(itertools.accumulate(card["rate"] for card in self.cards))
        while len(self.payments) < count:
            for card in self.random.choices(self.cards, cum_weights=weights, k=1000):
                self.normal(card)
        del self.payments[count:]


def write(world, directory):
    """Records in the order in which they arrive; a second table for the labels."""
    directory.mkdir(parents=True, exist_ok=True)
    world.payments.sort(key=lambda payment: payment[:2])
    labels = {}
    numbers = {}  # payments are numbered as they arrive
    stamps = {}
    with open(directory / "transactions.json", "w", encoding="ascii") as out:
        lines = []
        for _, number, time, (card, merchant, category, channel, device, amount, place), kind in (
                world.payments):
            second, milli = divmod(int(time * 1000), 1000)
            number = numbers.setdefault(number, len(numbers) + 1)
            stamp = stamps.get(second)
            if stamp is None:
                stamp = stamps[second] = (START + datetime.timedelta(seconds=second)).isoformat(" ")
            lines.append(
                f'{{"id":{number},"ts":"{stamp}.{milli:03d}","card":"{card}",'
                f'"merchant":"{merchant}","category":"{category}","channel":"{channel}",'
                f'"device":"{device}","amount":{amount:.2f},"lat":{place[0]:.4f},'
                f'"lon":{place[1]:.4f}}}\n')
            if kind:
                labels[number] = kind
            if len(lines) == 10_000:
                out.write("".join(lines))
                lines.clear()
        out.write("".join(lines))
    with open(directory / "labels.csv", "w", encoding="ascii") as out:
        out.write("id,fraud\n")
        out.writelines(f"{number},{kind}\n" for number, kind in sorted(labels.items()))
    return labels


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--transactions", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    world = World(arguments.seed, arguments.transactions)
    world.fill(arguments.transactions)
    labels = write(world, arguments.directory)
    print(f"{len(world.payments)} payments of {len(world.cards)} cards at {len(world.merchants)} "
          f"merchants, {len(labels)} of them fraud, in {arguments.directory}")


if __name__ == "__main__":
    main()
