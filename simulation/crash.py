"""A command of recmail, or a build, in a process that kills itself: python -m simulation.crash STEP command …"""

import os
import pickle
import signal
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner

from dbt_tools import dbt_runs
from recmail.cli import main
from sending import transports
from sending.ledger import Ledger
from sending.states import State

AT_MESSAGE = 2
# candidates of touched users are new by then, and their lists are not
AT_MODEL = "int_ranking_pool"
BUILD = "build, half-way"


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


def build_and_die(plan: Path) -> None:
    """Runs dbt as the simulation's file has it, arguments and options of run_dbt, until a model begins."""

    def die_at_model(event) -> None:
        if event.info.name == "LogStartLine" and event.data.node_info.node_name == AT_MODEL:
            die()

    class Dying(dbtRunner):
        def __init__(self, manifest, callbacks):
            super().__init__(manifest, [*callbacks, die_at_model])

    dbt_runs.dbtRunner = Dying
    arguments, options = pickle.loads(plan.read_bytes())
    dbt_runs.run_dbt(*arguments, **options)


STEPS = {
    "sender, after the hand-over was written": lambda: die_after(
        Ledger, "move", lambda arguments: arguments[2] == State.HANDED_OVER
    ),
    BUILD: lambda: build_and_die(Path(sys.argv[2])),
    "sender, after the provider took the mail": lambda: die_after(
        transports.JsonLines, "deliver", lambda _: True
    ),
    "sender, after its claim": after_the_claim,
    "renderer": while_rendering,
}

if __name__ == "__main__":
    STEPS[sys.argv[1]]()
    if sys.argv[1] != BUILD:
        main(sys.argv[2:])
