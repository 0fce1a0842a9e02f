"""What servers and DuckDB say, faulty rows and ids of some shops name whom it is about: not where it is printed or
kept."""

import re

# all that hangs on it, too: bounces+ann=mail.example@shop.example names Ann. Looked for where words begin: from each
# letter of a picture in base64 it would take hours. Or a phone number
ADDRESS = re.compile(r"(?<![^\s'\"<>,;])[^\s'\"<>,;]+@[^\s'\"<>,;]+|\+\d[\d ().-]{6,}\d")
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
