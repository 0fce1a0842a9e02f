"""Readable words for the source's codes: product types, categories and package sizes.

The folder `words/` holds what no rule can know: whole phrases (`categories.csv`, `types.csv`), abbreviations,
and which words describe without naming a thing (`modifiers.txt`). The rest follows from the rules below.
"""

import csv
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "words"

# the source writes these nouns first: "TOMATOES GRAPE" is "Grape tomatoes"
LEADING_NOUNS = (
    "CARROTS|CHERRIES|GRAPES|MACARONI|MUSHROOMS|NECTARINES|NOODLES|NUTS|PEARS|PEAS|PEPPERS|POTATOES"
    "|PUDDINGS|SPAGHETTI|SQUASH|TOMATOES"
)

# a hyphen after these belongs to the word; any other separates two
HYPHENATED = re.compile("ALL|ANTI|BONE|CD|GIFT|IN|MAKE|MULTI|NON|PRE|ROLL|SELF|SEMI|X")

SIZE_UNITS = {
    "OZ": "oz",
    "FL OZ": "fl oz",
    "LB": "lb",
    "CT": "ct",
    "ML": "ml",
    "L": "l",
    "IN": "in",
    "FT": "ft",
    "SQ FT": "sq ft",
    "PK": "pack",
    "PC": "pieces",
    "QT": "qt",
    "PT": "pt",
    "GA": "gal",
    "GAL": "gal",
    "DZ": "dozen",
    "LOAD": "loads",
    "LOADS": "loads",
    "LD": "loads",
    "LDS": "loads",
    "STEM": "stems",
}
AMOUNT = r"((?:\d+ )?[1357]/(?:2|4|8|16)|\d{0,3}\.\d+|\d{1,3})"
UNIT = "(" + "|".join(SIZE_UNITS) + ")"
CONTAINER = "(?: (?:BAG|BOX|BTL|CAN|JAR|NR|PET|TUBE))?"
SINGLE_SIZE = re.compile(f"(?:[A-Z]+ )?{AMOUNT} {UNIT}{CONTAINER}")
MULTIPACK_SIZE = re.compile(rf"(\d{{1,3}})(?: (?:PK|CT)/| (?:PK|CT) |/){AMOUNT} {UNIT}")


def read_lines(name: str) -> list[str]:
    """The lines of a text file in `words/`."""
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def read_texts(name: str) -> dict[str, str]:
    """Code → text, of a table in `words/`."""
    return {row["code"]: row["text"] for row in csv.DictReader(read_lines(name))}


CATEGORIES = read_texts("categories.csv")
ICONS = [(row["word"], row["icon"]) for row in csv.DictReader(read_lines("icons.csv"))]
TYPES = read_texts("types.csv")
ABBREVIATIONS = read_texts("abbreviations.csv")
MODIFIERS = frozenset(read_lines("modifiers.txt"))


def icon(category: str, otherwise: str) -> str:
    """What the pictures of a category show: the icon of the first word of `icons.csv` that it contains."""
    return next((icon for word, icon in ICONS if word in category.lower()), otherwise)


def readable_category(code: str) -> str:
    """A product category in sentence case: "COOKWARE & BAKEWARE" → "Cookware & bakeware"."""
    return CATEGORIES.get(code) or readable_phrase(code)


def readable_type(code: str, category: str | None) -> str:
    """A product type, led by its category's first word when the type alone does not say what the thing is."""
    if code in TYPES:
        return TYPES[code]
    text = readable_phrase(code)
    if category and MODIFIERS.issuperset(re.findall("[A-Z]+", code)):
        thing = re.split(",| & ", readable_category(category))[0]
        return f"{thing}, {text[0].lower()}{text[1:]}"
    return text


def readable_phrase(code: str) -> str:
    """A code spelled out by rules alone: "FRZN DNRS/ENTREES (ALL" → "Frozen dinners & entrees"."""
    text = re.sub(r"\(.*?(\)|$)", " ", code)  # remarks in brackets, often cut off at 30 characters
    text = re.sub(r"-MAGAZINE$", " MAGAZINE", text)
    text = re.sub(r"^SEAFOOD-(FRZ|FRE|MISC)-", r"SEAFOOD - \1 ", text)
    text = re.sub(r"\b([A-Z]{3,}) S\b", r"\1'S", text)  # the apostrophe of "WOMEN'S" is a blank in the source
    text = re.sub(r"\s+-|-\s+|:", ", ", text)
    text = re.sub(r"\.(?=[A-Z])", " ", text)
    text = re.sub(
        "([A-Z]+)-(?=[A-Z])", lambda word: word[0] if HYPHENATED.fullmatch(word[1]) else f"{word[1]}, ", text
    )
    text = re.sub(r"\bW/O\s*", "WITHOUT ", text)
    text = re.sub(r"\bW/\s*", "WITH ", text)
    text = re.sub(rf"^({LEADING_NOUNS}) ([A-Z ]+?)\s*$", r"\2 \1", text)
    text = re.sub("[A-Z]+(?:'S)?", lambda word: ABBREVIATIONS.get(word[0], word[0].lower()), text)
    parts = [part for part in (part.strip(" .,") for part in re.split("[/&]", text)) if part]
    text = " & ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    text = re.sub(r"[\s,]*,[\s,]*", ", ", re.sub(r"\s+", " ", text))
    return text[0].upper() + text[1:]


def readable_size(code: str) -> str | None:
    """A package size ("12 PK/12 OZ" → "12 x 12 oz"), or None when no amount can be read from the code."""
    text = " ".join(code.split())
    if text in ("PT", "QT", "GAL", "DZ"):
        return f"1 {SIZE_UNITS[text]}"
    if match := SINGLE_SIZE.fullmatch(text):
        return f"{_plain(match[1])} {SIZE_UNITS[match[2]]}"
    if match := MULTIPACK_SIZE.fullmatch(text):
        return f"{match[1]} x {_plain(match[2])} {SIZE_UNITS[match[3]]}"
    return None


def _plain(amount: str) -> str:
    """Drops needless zeros: "1.0" → "1", ".5" → "0.5"; fractions stay."""
    return amount if "/" in amount else f"{float(amount):g}"
