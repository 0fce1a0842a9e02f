"""How fast messages may go out: so many a second, and so many a second to one domain, for all threads together."""

import threading
import time
from collections.abc import Callable


class Pace:
    def __init__(
        self,
        per_second: float,
        per_second_and_domain: float,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._step, self._domain_step = 1 / per_second, 1 / per_second_and_domain
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = 0.0
        self._domain_free_at: dict[str, float] = {}

    def take(self, domains: list[str]) -> tuple[int, float]:
        """Which of the domains is served next, as its place in the list, and in how many seconds."""
        with self._lock:
            now = self._clock()
            free_at = [self._domain_free_at.get(domain, 0.0) for domain in domains]
            place = min(range(len(domains)), key=free_at.__getitem__)
            moment = max(now, self._free_at, free_at[place])
            self._free_at = moment + self._step
            self._domain_free_at[domains[place]] = moment + self._domain_step
            return place, moment - now
