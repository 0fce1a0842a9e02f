"""A command of recmail in a process that kills itself at a step: python -m simulation.crash STEP command …"""

import os
import signal
import sys

from recmail.cli import main
from sending import transports
from sending.ledger import Ledger
from sending.states import State

AT_MESSAGE = 2


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_after(owner, name: str, counts) -> None:
    """Kills the process when a call of `owner.name` that `counts` has returned for the second time."""
    call, seen = getattr(owner, name), []

    def wrapped(*arguments, **named):
        result = call(*arguments, **named)
        if counts(arguments):
            seen.append(1)
        if len(seen) == AT_MESSAGE:
            die()
        return result

    setattr(owner, name, wrapped)


def after_the_claim() -> None:
    claim = Ledger.claim

    def then_die(*arguments):
        claim(*arguments)
        die()

    Ledger.claim = then_die


def while_rendering() -> None:
    from email_render import sink

    def then_die(_rows):
        die()

    sink.emails_table = then_die


STEPS = {
    "sender, after the hand-over was written": lambda: die_after(
        Ledger, "move", lambda arguments: arguments[2] == State.HANDED_OVER
    ),
    "sender, after the provider took the mail": lambda: die_after(
        transports.JsonLines, "deliver", lambda _: True
    ),
    "sender, after its claim": after_the_claim,
    "renderer": while_rendering,
}

if __name__ == "__main__":
    STEPS[sys.argv[1]]()
    main(sys.argv[2:])
