"""What a benchmark ran on, in a line."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version


def machine(packages: Iterable[str], *facts: str) -> str:
    parts = [
        platform.machine(),
        f"{os.cpu_count()} cores",
        *facts,
        f"Python {platform.python_version()}",
        *(f"{package} {version(package)}" for package in packages),
    ]
    return f"Machine: {', '.join(parts)}."
