"""What can go wrong, in two kinds: nothing can be rendered at all, or one message must not go out."""

from typing import TypedDict

import click


class SetupError(click.ClickException):
    """Nothing can be rendered: the database, the marts or the key is not as needed. Exit code 2."""

    exit_code = 2


class Fault(TypedDict):
    """Why a message must not go out: the field and what is wrong with it."""

    field: str
    reason: str


class SetAside(Exception):
    """One message must not go out; the others go on. Raised for a message that has at least one fault."""

    def __init__(self, faults: list[Fault]):
        super().__init__("; ".join(f"{fault['field']} {fault['reason']}" for fault in faults))
        self.faults = faults
