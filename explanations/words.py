"""The words of words.toml, filled in with numbers as people write them."""

import math
import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("words.toml")


@cache
def all_words() -> dict[str, dict]:
    return tomllib.loads(FILE.read_text("utf-8"))


def say(table: str, name: str, **values) -> str:
    """What a name of the warehouse means. One without words, of a shop's own model, says itself."""
    return all_words()[table].get(name, plain(name)).format(**values)


def say_feature(name: str, value: float | None) -> str:
    phrases = all_words()["features"].get(name)
    if phrases is None:
        return plain(name) if value is None else f"{plain(name)}: {short_number(value)}"
    if value is None or (name.endswith("_score") and value == 0):
        return phrases["unknown"]
    return phrases["known"].format(
        percent=percent(value),
        times=f"{short_number(value)} times",
        number=short_number(value),
        days=days(value),
        count=f"{value:,.0f}",
    )


def plain(name: str) -> str:
    return name.replace("_", " ")


def percent(share: float) -> str:
    """With two digits that tell something: 23 %, 0.031 %."""
    number = 100 * share
    if number == 0 or number >= 10:
        return f"{number:.0f} %"
    decimals = max(1 - math.floor(math.log10(abs(number))), 0)
    return f"{number:.{min(decimals, 6)}f} %"


def short_number(value: float) -> str:
    if abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 1 else f"{value:.2g}"


def days(value: float) -> str:
    if value < 1:
        hours = max(round(24 * value), 1)
        return f"{hours} hour{'' if hours == 1 else 's'}"
    whole = round(value)
    return f"{whole:,} day{'' if whole == 1 else 's'}"


def likelier(log_odds: float) -> str:
    """What a term makes of the odds."""
    factor = math.exp(abs(log_odds))
    number = f"{factor:.2f}" if factor < 1.1 else short_number(factor)
    return f"makes it {number} times {'as' if log_odds >= 0 else 'less'} likely"


def counts_as(log_factor: float) -> str:
    """What a factor makes of the score."""
    return f"counts {short_number(math.exp(log_factor))} times as much"


def ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def moment(at: datetime | None) -> str:
    return "at an unknown time" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def date(at: datetime | None) -> str:
    return "at an unknown time" if at is None else f"{at:%Y-%m-%d}"


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
