"""What servers say, and ids of some shops, name whom it is about: not where it is printed, or kept as a reason."""

import re

ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+")


def without_addresses(text: str) -> str:
    return ADDRESS.sub("(address)", text)
