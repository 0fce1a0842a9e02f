"""`python -m email_render render` as users call it: time, CPU time and memory of all its processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.render_pipelines import KEY

ROOT = Path(__file__).parents[1]
EVERY_SECONDS = 0.1
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1024**2
TICKS = os.sysconf("SC_CLK_TCK")


class Run(NamedTuple):
    seconds: float
    cpu_seconds: float
    memory: list[list[float]]  # MB of each process, one look after the other


def render(out: Path, database: Path, workers: int) -> Run:
    return watch([start(out, database, workers)])


def render_at_once(outs: list[Path], database: Path) -> Run:
    return watch([start(out, database, workers=1) for out in outs])


def start(out: Path, database: Path, workers: int) -> subprocess.Popen:
    options = ["--database", str(database), "--out", str(out), "--workers", str(workers)]
    return subprocess.Popen(
        [sys.executable, "-m", "email_render", "render", *options],
        cwd=ROOT,
        env=os.environ | {"RECMAIL_UNSUBSCRIBE_KEY": KEY.decode()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def watch(processes: list[subprocess.Popen]) -> Run:
    """Wait for all of them, looking at each process of their families on the way."""
    began = time.perf_counter()
    memory: dict[int, list[float]] = {}
    cpu: dict[int, float] = {}
    while any(process.poll() is None for process in processes):
        for process in processes:
            for pid in family(process.pid):
                try:
                    cpu[pid] = cpu_seconds(pid)
                    memory.setdefault(pid, []).append(resident_mb(pid))
                except (FileNotFoundError, ProcessLookupError):  # it has ended since
                    continue
        time.sleep(EVERY_SECONDS)
    seconds = time.perf_counter() - began
    for process in processes:
        assert process.returncode == 0, process.returncode
    return Run(seconds, sum(cpu.values()), list(memory.values()))


def family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            yield from family(int(child))


def resident_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MB


def cpu_seconds(pid: int) -> float:
    """User and system time of the process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
