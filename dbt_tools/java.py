"""The Java that Spark runs on: python -m dbt_tools.java stops with one message where there is none that will do."""

import os
import re
import subprocess
import sys
from pathlib import Path

OLDEST = 17


def java_problem() -> str | None:
    """Why Spark can't start here, and what to do about it; None when it can."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    advice = f"Install Java {OLDEST} (Debian: apt-get install openjdk-{OLDEST}-jre-headless), or set JAVA_HOME to it."
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return f"Spark needs Java {OLDEST}, and '{java}' does not run. {advice}"
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if not found or int(found.group(1)) < OLDEST:
        return f"Spark needs Java {OLDEST}, and '{java}' is {found.group(1) if found else 'none'}. {advice}"
    return None


if __name__ == "__main__":
    if problem := java_problem():
        sys.exit(f"recmail: {problem}")
