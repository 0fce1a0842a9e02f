"""Prices as macros.sql writes them by the seed email_locales, beside Babel's, which follows the same CLDR."""

import csv
import re
from pathlib import Path

import pytest
from babel.numbers import format_currency, get_currency_symbol
from email_render_warehouse import build_warehouse

from email_render.load import open_warehouse

SEED = Path(__file__).parents[2] / "seeds" / "texts" / "email_locales.csv"
LOCALES = {row["locale"]: row for row in csv.DictReader(SEED.open(encoding="utf-8"))}
AMOUNTS = ["0", "0.5", "9.99", "999.994", "999.996", "1000", "1234.5", "9999.99", "12345.67", "1234567.8"]
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    return open_warehouse(build_warehouse(tmp_path_factory.mktemp("numbers") / "warehouse.duckdb"))


@pytest.mark.parametrize("currency", SYMBOLS)
@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("locale", LOCALES)
def test_money_is_written_as_the_locale_has_it(connection, locale, amount, currency):
    row = LOCALES[locale]
    number_format = {
        "decimal_mark": row["decimal_mark"],
        "group_mark": row["group_mark"],
        "grouped_from_digits": int(row["grouped_from_digits"]),
        "symbol_position": row["symbol_position"],
    }
    [(written,)] = connection.execute(
        "select money(cast($amount as decimal(18, 4)), $currency, $number_format)",
        {"amount": amount, "currency": currency, "number_format": number_format},
    ).fetchall()
    language, _, country = locale.partition("-")
    babel_locale = f"{language}_{country.upper()}" if country else language
    expected = format_currency(float(amount), currency, locale=babel_locale)
    # CLDR adds a country to foreign symbols; recmail leaves it out, since customers know the shop's currency
    foreign = get_currency_symbol(currency, locale=babel_locale)
    expected = expected.replace(foreign, SYMBOLS[currency]).replace(
        SYMBOLS[currency] + "\N{NO-BREAK SPACE}", SYMBOLS[currency]
    )
    if row["grouped_from_digits"] == "5":  # CLDR's minimumGroupingDigits, which Babel does not read
        expected = re.sub(r"^(\d)\.(\d{3})(?!\d|\.)", r"\1\2", expected)
    assert written == expected
