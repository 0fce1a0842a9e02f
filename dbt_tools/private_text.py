"""What servers and DuckDB say, faulty rows and ids of some shops name whom it is about: not where it is printed or
kept."""

import re

# all that hangs on it, too: bounces+ann=mail.example@shop.example names Ann
ADDRESS = re.compile(r"[^\s'\"<>,;]+@[^\s'\"<>,;]+")
# what DuckDB quotes of a row: text of other bytes than UTF-8's, what is no number or date, a key that is there twice.
# To its end, since a value may hold quotes and line breaks; what comes after it is the statement
VALUE = re.compile(
    r"\b(value|string|format:|range:|key|Input:|TimeZone) +[\"'\d.+-].*?(?=\n\nLINE |\Z)", re.DOTALL
)


def without_addresses(text: str, mask: str = "(address)") -> str:
    return ADDRESS.sub(mask, text)


def without_values(text: str) -> str:
    """An error of DuckDB's."""
    return VALUE.sub(r"\1 …", text)
