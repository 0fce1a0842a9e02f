"""What a benchmark's process needed at its peak."""

from pathlib import Path


def peak_memory_gb() -> float:
    """Of this process since it began its own program; getrusage would count what its parent had before that."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, value = line.split(":")
        if name == "VmHWM":
            return int(value.split()[0]) / 1024**2
    raise RuntimeError("/proc/self/status has no VmHWM")
