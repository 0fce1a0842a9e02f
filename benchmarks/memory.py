"""What a benchmark's process needed at its peak."""

from pathlib import Path


def peak_memory_bytes(process: int | str = "self") -> int:
    """Of a process since it began its own program; getrusage would count what its parent had before that. 0 of one that
    has ended."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        name, value = line.split(":", 1)
        if name == "VmHWM":
            return int(value.split()[0]) * 1024
    return 0


def peak_memory_gb() -> float:
    """Of this process."""
    peak = peak_memory_bytes()
    if not peak:
        raise RuntimeError("/proc/self/status has no VmHWM")
    return peak / 1024**3
