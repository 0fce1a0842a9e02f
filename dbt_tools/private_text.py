"""What servers say, faulty rows and ids of some shops name whom it is about: not where it is printed or kept."""

import re

# all that hangs on it, too: bounces+ann=mail.example@shop.example names Ann
ADDRESS = re.compile(r"[^\s'\"<>,;]+@[^\s'\"<>,;]+")


def without_addresses(text: str, mask: str = "(address)") -> str:
    return ADDRESS.sub(mask, text)
