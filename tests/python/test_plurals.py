"""Forms of texts with a number: the rules of macro plural_rules beside Unicode CLDR, and how numbers are written."""

import duckdb
import pytest
from babel import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers
from dbt_macros import project_macros

NUMBERS = [*range(320), 1000, 1001, 1002, 1011, 1012, 1100, *range(10**6, 10**6 + 3), 2 * 10**6, 10**7]
MACROS = project_macros()


def cldr_forms(language: str) -> list[str] | None:
    """By CLDR, of each of the numbers."""
    try:
        form_of = Locale.parse(language).plural_form
    except (UnknownLocaleError, ValueError):
        return None
    return [form_of(number) for number in NUMBERS]


def test_numbers_take_the_forms_of_cldr_in_every_language_that_has_any():
    named = {language for rule in MACROS["plural_rules"]() for language in rule["languages"].split()}
    known = {name for name in locale_identifiers() if "_" not in name} - {
        "kw"
    }  # Cornish alone goes by thousands
    form = MACROS["plural_category"]("language", "n")
    query = f"""
        select language, list({form} order by n)
        from (select unnest($languages) as language), (select unnest($numbers) as n)
        group by language
    """
    with duckdb.connect() as connection:
        values = {"languages": sorted(named | known), "numbers": NUMBERS}
        forms_of = dict(connection.execute(query, values).fetchall())
    wrong = []
    for language, found in forms_of.items():
        forms = cldr_forms(language)
        # who has no form at all is named only when widespread: without a text for one the other stands for it
        if forms and (language in named or set(forms) != {"other"}) and found != forms:
            wrong.append(language)
    assert len(named) > 80
    assert wrong == []


def test_no_language_has_two_rules():
    named = [language for rule in MACROS["plural_rules"]() for language in rule["languages"].split()]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("count", "digits", "mark", "written"),
    [
        (0, 4, ",", "0"),
        (999, 4, ",", "999"),
        (1000, 4, ",", "1,000"),
        (1000, 5, ".", "1000"),
        (10000, 5, ".", "10.000"),
        (123456, 4, "\N{NARROW NO-BREAK SPACE}", "123\N{NARROW NO-BREAK SPACE}456"),
        (1234567, 4, ".", "1.234.567"),
        (2**63 - 1, 4, ".", "9.223.372.036.854.775.807"),
        (None, 4, ".", None),
    ],
)
def test_thousands_are_set_apart_as_the_locale_does(count, digits, mark, written):
    grouped = MACROS["grouped_count"]("n", f"'{mark}'", digits)
    with duckdb.connect() as connection:
        query = f"select {grouped} from (select $1::bigint as n)"
        [[found]] = connection.execute(query, [count]).fetchall()
    assert found == written
