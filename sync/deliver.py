"""Batches on their way: what arrived, what was refused, and of what nobody knows.

Each batch is noted before it leaves and has an idempotency key that follows from its rows: the same rows, handed over
again after a crash or a lost answer, are the same request. Waiting between attempts grows, and is what the server says
where it says something. A batch that the destination refuses as a whole is halved until the row that it can't take
is alone.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import click
import httpx2
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_base, wait_exponential_jitter

from dbt_tools.private_text import without_addresses
from sync.destinations import Destination, Endpoint, StillRunning, encoded
from sync.journal import Journal, State, Told
from sync.plan import Change, Plan

ATTEMPTS = 6
WAIT = wait_exponential_jitter(initial=1, max=60)
RETRY_AFTER_MAX = 300.0
SEPARATOR = "\x1f"
# the request never got there, or was turned away unread
NEVER_ARRIVED = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
TURNED_AWAY = (408, 425, 429, 503)
MISCONFIGURED = (401, 403, 404, 405)
UNSENT = "unsent"


class Again(Exception):
    def __init__(self, reason: str, may_have_arrived: bool, after: float | None = None):
        super().__init__(reason)
        self.may_have_arrived = may_have_arrived
        self.after = after


class Stopped(click.ClickException):
    """The destination takes nothing from us at all. Exit code 2."""

    exit_code = 2


class wait_as_told(wait_base):
    """What the server asked for, else longer each time."""

    def __init__(self, otherwise: wait_base):
        self._otherwise = otherwise

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception()
        if isinstance(error, Again) and error.after is not None:
            return min(error.after, RETRY_AFTER_MAX)
        return self._otherwise(retry_state)


class Batch(NamedTuple):
    endpoint: Endpoint
    changes: list[Change]
    records: list[bytes]

    @property
    def key(self) -> str:
        rows = (f"{change.operation}:{change.export_key}:{change.content_hash}" for change in self.changes)
        return hashlib.sha256(SEPARATOR.join([self.endpoint.path, *rows]).encode()).hexdigest()[:32]

    def halves(self) -> tuple["Batch", "Batch"]:
        middle = len(self.changes) // 2
        return (
            Batch(self.endpoint, self.changes[:middle], self.records[:middle]),
            Batch(self.endpoint, self.changes[middle:], self.records[middle:]),
        )


class Delivery:
    def __init__(self, destination: Destination, journal: Journal):
        self._destination = destination
        self._journal = journal
        self._wait = wait_as_told(WAIT)
        self.counts: Counter = Counter()

    def run(self, plan: Plan, told: Mapping[str, Told]) -> None:
        with self._destination.client() as client:
            for batch in self._batches(plan):
                self._deliver(client, plan.export, batch, told)

    def _batches(self, plan: Plan) -> Iterator[Batch]:
        """Deletes first. What was on its way together goes together again."""
        groups: dict[tuple, list[Change]] = {}
        for change in plan.changes:
            endpoint = self._destination.endpoint(plan.export, change)
            groups.setdefault((change.operation == "upsert", endpoint.name, change.batch), []).append(change)
        for group in sorted(groups, key=lambda group: (group[0], group[1], group[2] == "", group[2])):
            endpoint = self._destination.endpoint(plan.export, groups[group][0])
            yield from self._within_limits(plan.export, endpoint, groups[group])

    def _within_limits(self, export: str, endpoint: Endpoint, changes: list[Change]) -> Iterator[Batch]:
        batch, size = Batch(endpoint, [], []), 0
        for change in changes:
            record = encoded(endpoint.record(change))
            if len(record) > endpoint.record_bytes_max:
                reason = f"{len(record):,} bytes, {endpoint.name} takes {endpoint.record_bytes_max:,}"
                self._reject(export, "", [change], {change.export_key: reason})
                continue
            # a separator each, and the envelope
            full = size + len(record) + 1 > endpoint.bytes_max - 1000
            if batch.changes and (full or len(batch.changes) == endpoint.rows_max):
                yield batch
                batch, size = Batch(endpoint, [], []), 0
            batch.changes.append(change)
            batch.records.append(record)
            size += len(record) + 1
        if batch.changes:
            yield batch

    def _deliver(self, client: httpx2.Client, export: str, batch: Batch, told: Mapping[str, Told]) -> None:
        key = batch.key
        self._journal.note(export, batch.changes, State.PENDING, key)
        try:
            response = self._answer(client, batch, key)
            if response.status_code in MISCONFIGURED or 300 <= response.status_code < 400:
                raise Stopped(
                    f"{self._destination.name} answers {said(response)} to {batch.endpoint.path}{leads_to(response)}"
                )
            if response.is_success:
                self._take_in(export, batch, key, batch.endpoint.refused(client, response, batch.changes))
                return
        except Again as error:
            if error.may_have_arrived:
                self._note(export, batch, State.AMBIGUOUS, key, str(error))
            else:
                self._journal.forget_pending(export, batch.changes, told)
                self.counts[UNSENT] += len(batch.changes)
                click.echo(f"{len(batch.changes):,} rows of {export} could not be sent: {error}", err=True)
            return
        except StillRunning as error:
            self._note(export, batch, State.AMBIGUOUS, key, str(error))
            return
        except Stopped:
            self._journal.forget_pending(export, batch.changes, told)
            raise
        if len(batch.changes) > 1:
            for half in batch.halves():
                self._deliver(client, export, half, told)
        else:
            self._reject(export, key, batch.changes, {batch.changes[0].export_key: said(response)})

    def _answer(self, client: httpx2.Client, batch: Batch, key: str) -> httpx2.Response:
        """The first that is one. Again, when none comes: may_have_arrived if any of the attempts may have."""
        arrived = False

        def attempt() -> httpx2.Response:
            nonlocal arrived
            try:
                response = client.post(
                    batch.endpoint.path,
                    content=batch.endpoint.body(batch.records),
                    headers={"Idempotency-Key": key},
                )
            except NEVER_ARRIVED as error:
                raise Again(type(error).__name__, arrived) from error
            except httpx2.TransportError as error:
                arrived = True
                raise Again(f"no answer: {type(error).__name__}", True) from error
            if response.status_code in TURNED_AWAY:
                raise Again(said(response), arrived, seconds(response.headers.get("Retry-After")))
            if response.status_code >= 500:
                arrived = True
                raise Again(said(response), True, seconds(response.headers.get("Retry-After")))
            return response

        return Retrying(
            retry=retry_if_exception_type(Again),
            stop=stop_after_attempt(ATTEMPTS),
            wait=self._wait,
            reraise=True,
        )(attempt)

    def _take_in(self, export: str, batch: Batch, key: str, refused: Mapping[str, str]) -> None:
        taken = [change for change in batch.changes if change.export_key not in refused]
        self._journal.note(export, taken, State.ACCEPTED, key)
        self.counts[State.ACCEPTED] += len(taken)
        self._reject(
            export, key, [change for change in batch.changes if change.export_key in refused], refused
        )

    def _reject(self, export: str, key: str, changes: Sequence[Change], reasons: Mapping[str, str]) -> None:
        # a log has what the journal has, and a line for each reason
        bare = {export_key: without_addresses(reason) for export_key, reason in reasons.items()}
        self._journal.note(export, changes, State.REJECTED, key, bare)
        self.counts[State.REJECTED] += len(changes)

    def _note(self, export: str, batch: Batch, state: State, key: str, reason: str) -> None:
        reasons = {change.export_key: reason for change in batch.changes}
        self._journal.note(export, batch.changes, state, key, reasons)
        self.counts[state] += len(batch.changes)


def seconds(text: str | None) -> float | None:
    """Of Retry-After; a date, which APIs don't send, counts as nothing said."""
    try:
        value = float(text or "nan")
    except ValueError:
        return None
    return None if math.isnan(value) else max(value, 0)


def said(response: httpx2.Response) -> str:
    """Status and the beginning of the answer, on one line."""
    return f"{response.status_code} {without_addresses(' '.join(response.text[:300].split()))}".strip()


def leads_to(response: httpx2.Response) -> str:
    """Of a redirect the host alone: its address may hold a credential. It is not followed, which would show it ours."""
    try:
        host = httpx2.URL(response.headers.get("Location", "")).host
    except (httpx2.InvalidURL, ValueError):
        return ""
    return f", and leads to {host}" if host else ""
