"""What can keep an answer back."""

import click


class UnknownId(click.ClickException):
    """The warehouse has no user, item or message of this id."""

    def __init__(self, what: str, identifier: str, hint: str):
        super().__init__(f"there is no {what} {ascii(identifier)} in this warehouse: {hint}")
