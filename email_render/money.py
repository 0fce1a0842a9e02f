"""How amounts of money are written: Unicode CLDR as Babel knows it, a table for SQL by locale and currency."""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import duckdb
from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision, get_currency_symbol

from email_render.errors import SetupError

# of ISO 4217, today's and earlier ones
CURRENCIES = sorted(Locale("en").currencies)
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
TABLE = """
create or replace temp table money_formats (
    locale varchar, currency varchar, digits integer, decimal_mark varchar, group_mark varchar,
    groups_of_two boolean, before varchar, after varchar, before_negative varchar, after_negative varchar
)
"""


class MoneyFormat(NamedTuple):
    """A row: decimals, marks, whether digits are grouped 12,34,567, and what stands around the number."""

    locale: str
    currency: str
    digits: int
    decimal_mark: str
    group_mark: str
    groups_of_two: bool
    before: str
    after: str
    before_negative: str
    after_negative: str


def babel_locale(tag: str) -> Locale:
    """Of a row of email_locales (`es-mx`); of its language alone when CLDR knows no more."""
    for name in (tag, tag.partition("-")[0]):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise SetupError(f"email_queue has locale {tag!r}, which Unicode CLDR does not know.")


def money_formats(tag: str) -> Iterator[MoneyFormat]:
    """Of every currency."""
    locale = babel_locale(tag)
    pattern = locale.currency_formats["standard"]
    symbols = locale.number_symbols["latn"]
    for currency in CURRENCIES:
        symbol = get_currency_symbol(currency, locale)
        positive, negative = (
            [
                spaced(affix, symbol, is_before)
                for affix, is_before in zip(affixes, (True, False), strict=True)
            ]
            for affixes in zip(pattern.prefix, pattern.suffix, strict=True)
        )
        yield MoneyFormat(
            tag,
            currency,
            get_currency_precision(currency),
            symbols["decimal"],
            symbols["group"],
            pattern.grouping[1] == 2,
            *positive,
            *negative,
        )


def spaced(affix: str, symbol: str, is_before: bool) -> str:
    """What stands on one side of a number. Letters keep their distance from it, signs don't (CLDR: currencySpacing)."""
    written = affix.replace("¤", symbol)
    is_adjacent = affix.endswith("¤") if is_before else affix.startswith("¤")
    edge = symbol[-1:] if is_before else symbol[:1]
    if not is_adjacent or not edge or unicodedata.category(edge)[0] in "SZ":
        return written
    return written + NO_BREAK_SPACE if is_before else NO_BREAK_SPACE + written


def write_money_formats(connection: duckdb.DuckDBPyConnection, locales: list[str]) -> None:
    """Temp table money_formats for these locales."""
    connection.execute(TABLE)
    rows = [row for locale in locales for row in money_formats(locale)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        unnested = ", ".join(f"unnest(${number})" for number in range(1, len(columns) + 1))
        connection.execute(f"insert into money_formats select {unnested}", columns)
