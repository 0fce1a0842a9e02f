"""Where the dbt project is, whose models and files the Python parts work with."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def project_directory() -> Path:
    """DBT_PROJECT_DIR, as for dbt itself; else the current directory if it holds a project; else this checkout."""
    if named := os.environ.get("DBT_PROJECT_DIR"):
        return Path(named).resolve()
    here = Path.cwd()
    return here if (here / "dbt_project.yml").is_file() else CHECKOUT
