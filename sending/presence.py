"""Which senders live: what a dead one has left is taken up, what a slow one is about must not be.

A sender holds a lock that the operating system, or PostgreSQL, lets go when its process ends, however it ends. So there
is no lease that could run out while a server keeps a sender waiting.
"""

import fcntl
import hashlib
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, func, select


class Presence(ABC):
    @abstractmethod
    def enter(self):
        """A context with the name of a new sender, alive until it ends."""

    @abstractmethod
    def is_alive(self, sender: str) -> bool: ...


def presence_of(engine: Engine) -> Presence:
    if engine.dialect.name == "sqlite":
        return LockedFiles(Path(engine.url.database))
    return AdvisoryLocks(engine)


class LockedFiles(Presence):
    """A locked file per sender, beside the ledger."""

    def __init__(self, ledger: Path):
        self._folder = ledger.with_name(f"{ledger.name}.senders")

    @contextmanager
    def enter(self) -> Iterator[str]:
        self._folder.mkdir(exist_ok=True, mode=0o700)
        sender = uuid.uuid4().hex
        path = self._folder / sender
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                yield sender
            finally:
                path.unlink()

    def is_alive(self, sender: str) -> bool:
        path = self._folder / sender
        try:
            with path.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False


class AdvisoryLocks(Presence):
    """A lock of a session of the sender's own: senders may work on several machines."""

    def __init__(self, engine: Engine):
        self._engine = engine

    @contextmanager
    def enter(self) -> Iterator[str]:
        sender = uuid.uuid4().hex
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            session.execute(select(func.pg_advisory_lock(number_of(sender))))
            try:
                yield sender
            finally:
                session.execute(select(func.pg_advisory_unlock(number_of(sender))))

    def is_alive(self, sender: str) -> bool:
        number = number_of(sender)
        with self._engine.connect() as session:
            if not session.execute(select(func.pg_try_advisory_lock(number))).scalar():
                return True
            session.execute(select(func.pg_advisory_unlock(number)))
            return False


def number_of(sender: str) -> int:
    return int.from_bytes(hashlib.sha256(sender.encode()).digest()[:8], "big", signed=True)
