#!/usr/bin/python3
"""Random cron expressions and what croniter makes of them, in UTC.

Usage: cron_oracle.py SEED COUNT
Prints COUNT lines "expression|start|next|next|next". The same seed gives the same lines.

Where croniter 1.3.5 differs from cron, and what is done about it:
- Day of month and day of week both given, and one of them with a star and a step (or all of its values): cron
  asks for both where there is a star, and takes either where there is none, croniter goes by the values. Such
  expressions are left out.
- A day that the month has not hides the earlier days of the month after it ("0 0 1,31 * *" skips 1 March).
  Its search is corrected here, by days_in_reach().
"""
import datetime
import random
import sys

import croniter

RANGES = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
NAMES = {
    3: "jan feb mar apr may jun jul aug sep oct nov dec".split(),
    4: "sun mon tue wed thu fri sat".split(),
}
DAY, WEEKDAY = 2, 4


class Croniter(croniter.croniter):
    def _get_next_nearest_diff(self, x, to_check, range_val):
        return super()._get_next_nearest_diff(x, days_in_reach(to_check, range_val), range_val)


def days_in_reach(values, last):
    """Without those beyond the end of the month, unless that leaves none."""
    return [value for value in values if value <= last] or values


def value_text(rng, field, value):
    low = RANGES[field][0]
    names = NAMES.get(field)
    if names and value - low < len(names) and rng.random() < 0.4:
        name = names[value - low]
        return rng.choice([name, name.upper(), name.title()])
    return str(value)


def item(rng, field):
    low, high = RANGES[field]
    step = f"/{rng.randint(1, high - low)}" if rng.random() < 0.4 else ""
    kind = rng.random()
    if kind < 0.15:
        return "*" + step
    first = rng.randint(low, high)
    if kind < 0.6:
        return value_text(rng, field, first) + (step if rng.random() < 0.3 else "")
    last = rng.randint(first, high)
    return f"{value_text(rng, field, first)}-{value_text(rng, field, last)}{step}"


def field_text(rng, field):
    if rng.random() < (0.2 if field < DAY else 0.45):
        return "*"
    return ",".join(item(rng, field) for _ in range(rng.choice([1, 1, 1, 2, 3])))


def is_quirk(texts, expanded):
    days = [(texts[field], expanded[field]) for field in (DAY, WEEKDAY)]
    if any(text == "*" for text, _ in days):
        return False
    return any("*" in text or values == ["*"] for text, values in days)


def start(rng):
    first = datetime.datetime(1990, 1, 1)
    return first + datetime.timedelta(seconds=rng.randrange(80 * 366 * 86400))


def main(seed, count):
    rng = random.Random(seed)
    while count:
        texts = [field_text(rng, field) for field in range(5)]
        expression = " ".join(texts)
        at = start(rng)
        if is_quirk(texts, Croniter.expand(expression)[0]):
            continue
        try:
            found = Croniter(expression, at)
            times = [at] + [found.get_next(datetime.datetime) for _ in range(3)]
        except croniter.CroniterBadDateError:
            continue  # a day that none of the months has
        print("|".join([expression] + [time.strftime("%Y-%m-%dT%H:%M:%SZ") for time in times]))
        count -= 1


main(int(sys.argv[1]), int(sys.argv[2]))
