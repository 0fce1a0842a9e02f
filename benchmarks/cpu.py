"""CPU seconds of a process: where other work shares the machine they tell more than the wall's."""

import threading
import time
from bisect import bisect
from collections.abc import Iterator
from contextlib import contextmanager

# seconds since 1970, and the CPU seconds that the process had taken by then
Samples = list[tuple[float, float]]
SAMPLE_SECONDS = 0.2


def cpu_at(samples: Samples, moment: float) -> float:
    """CPU seconds by then, on a line between the samples before and after it; there must be two samples."""
    place = min(max(bisect(samples, (moment, 0.0)), 1), len(samples) - 1)
    (before, least), (after, most) = samples[place - 1 : place + 1]
    return least + (most - least) * min(max((moment - before) / (after - before), 0), 1)


@contextmanager
def sampled() -> Iterator[Samples]:
    """Samples of this process while the block runs; they are whole when it has ended."""
    samples, ended = [(time.time(), time.process_time())], threading.Event()

    def sample() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            samples.append((time.time(), time.process_time()))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()
        samples.append((time.time(), time.process_time()))
