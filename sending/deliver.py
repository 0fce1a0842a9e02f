"""Sends the messages of a run: claims some, hands them over one by one, and writes down what became of each."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple

import click
from tqdm import tqdm

from dbt_tools.private_text import without_addresses
from sending.frozen_queue import Emails
from sending.ledger import Ledger
from sending.mail import Signer, outgoing
from sending.pace import Pace
from sending.settings import Settings
from sending.states import State
from sending.transports import ClaimLost, Deferred, Refused, Transport, Unclear

CLAIMED_AT_ONCE = 50  # by a thread: what a crash leaves claimed is sent by the next sender
# what was claimed may wait for its turn, minutes at a slow pace: whoever says no meanwhile is not written to
ASKED_AGAIN_AFTER = timedelta(seconds=1)
REFUSED_IN_A_ROW = 20  # from then on it is not the messages that are wrong


class Tries(NamedTuple):
    """Of a message to which servers say "later": greylisting wants minutes, a full mailbox hours."""

    first_wait: timedelta = timedelta(minutes=5)
    factor: float = 2
    most: int = 7

    def wait(self, attempts: int) -> timedelta:
        return self.first_wait * self.factor ** (attempts - 1)


class ServerRefuses(click.ClickException):
    """The rest stays as it is."""


class Delivery:
    """Threads with a connection each, that share a pace."""

    def __init__(
        self,
        ledger: Ledger,
        emails: Emails,
        settings: Settings,
        transport: str,
        connect: Callable[[], Transport],
        pace: Pace,
        run_id: str,
        signer: Signer | None = None,
        tries: Tries = Tries(),  # noqa: B008
    ):
        self._ledger, self._emails, self._settings = ledger, emails, settings
        self._transport, self._connect = transport, connect
        self._pace, self._run_id, self._signer, self._tries = pace, run_id, signer, tries
        self._stop = threading.Event()
        self._refused_in_a_row = 0

    def run(self, total: int, connections: int, patience: timedelta) -> Counter:
        """Sends what is due, and for as long as `patience` what becomes due. How many messages came to which state."""
        outcomes: Counter = Counter()
        give_up_at = self._ledger.now() + patience
        # on a terminal alone
        with (
            self._ledger.sender() as sender,
            tqdm(total=total, desc="Sending", unit=" emails", disable=None) as progress,
        ):

            def note(state: State) -> None:
                outcomes[state] += 1
                if state != State.RENDERED:
                    progress.update()

            while True:
                with ThreadPoolExecutor(connections) as threads:
                    started = [threads.submit(self._work, sender, note) for _ in range(connections)]
                    self._finish(started)
                due_at = self._ledger.next_due(self._run_id)
                if due_at is None or due_at > give_up_at:
                    return outcomes
                self._stop.wait(max(0.0, (due_at - self._ledger.now()).total_seconds()))

    def _finish(self, started: Iterable) -> None:
        """Waits for the threads; when one has failed, or the sender is interrupted, all stop after their message."""
        try:
            for thread in started:
                thread.result()
        except BaseException:
            self._stop.set()
            raise

    def _work(self, sender: str, note: Callable[[State], None]) -> None:
        transport = self._connect()
        try:
            while not self._stop.is_set():
                self._emails.require_same_build()
                claimed_at = self._ledger.now()
                waiting = list(self._ledger.claim(sender, self._run_id, CLAIMED_AT_ONCE, self._settings.gap))
                if not waiting:
                    return
                while waiting and not self._stop.is_set():
                    place, seconds = self._pace.take([row["domain"] for row in waiting])
                    if self._stop.wait(seconds):
                        break
                    row = waiting.pop(place)
                    if self._let_go(row, claimed_at, sender):
                        note(State.RENDERED)
                    else:
                        note(self._send(row, transport, sender))
        except BaseException:
            self._stop.set()
            raise
        finally:
            transport.close()

    def _let_go(self, row, claimed_at: datetime, sender: str) -> bool:
        """Whether it must not go out any more; the next claim says why."""
        is_fresh = self._ledger.now() - claimed_at <= ASKED_AGAIN_AFTER
        if is_fresh or not self._ledger.is_held(row, self._settings.gap):
            return False
        return self._ledger.move(row["message_id"], State.RENDERED, "let_go", sender)

    def _send(self, row, transport: Transport, sender: str) -> State:
        """What became of the message: its state in the ledger."""
        message_id = row["message_id"]

        def move(state: State, reason: str | None = None, **values: object) -> bool:
            return self._ledger.move(
                message_id, state, reason, sender, **{"transport": self._transport} | values
            )

        def hand_over() -> None:
            if not move(State.HANDED_OVER):
                raise ClaimLost

        email = self._emails.email(row)
        if email is None:
            raise click.ClickException("the rendered emails are not those that the ledger knows: send again")
        try:
            answer = transport.deliver(outgoing(email, row, self._settings, self._signer), hand_over)
        except ClaimLost:
            return State.CLAIMED
        except Unclear as unclear:
            move(State.AMBIGUOUS, str(unclear))
            return State.AMBIGUOUS
        except Deferred as deferred:
            return self._put_off(row, str(deferred), move)
        except Refused as refused:
            return self._note_refusal(row, refused, move)
        self._refused_in_a_row = 0
        move(State.ACCEPTED, answer)
        return State.ACCEPTED

    def _put_off(self, row, answer: str, move: Callable[..., bool]) -> State:
        attempts = row["attempts"] + 1
        if attempts >= self._tries.most:
            move(State.FAILED, f"put off {attempts} times: {answer}", attempts=attempts)
            return State.FAILED
        due_at = self._ledger.now() + self._tries.wait(attempts)
        move(State.RENDERED, f"put off: {answer}", attempts=attempts, due_at=due_at)
        return State.RENDERED

    def _note_refusal(self, row, refused: Refused, move: Callable[..., bool]) -> State:
        state = State.BOUNCED if refused.is_hard else State.FAILED
        move(state, f"refused: {refused}")
        if refused.is_hard:
            self._ledger.add_event(
                {
                    "event_id": f"refused:{row['message_id']}",
                    "event_type": "bounce",
                    "bounce_type": "hard",
                    "user_id": row["user_id"],
                    "address_key": row["address_key"],
                    "message_id": row["message_id"],
                    "detail": str(refused),
                    "occurred_at": self._ledger.now(),
                }
            )
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= REFUSED_IN_A_ROW:
            raise ServerRefuses(
                f"the server refused {REFUSED_IN_A_ROW} messages in a row, the last with: "
                f"{without_addresses(str(refused))}. The rest waits."
            )
        return state
