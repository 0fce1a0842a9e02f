"""Temporary folders that hold copies of people's data: private, removed at the end, and swept if the end never came."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt_tools.private_files import LOCK, private_files, sole_use

PREFIX = "recmail_"


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """A folder for this block alone; what killed commands have left is removed first."""
    sweep_scratch()
    with (
        private_files(),
        tempfile.TemporaryDirectory(prefix=f"{PREFIX}{purpose}_") as name,
        sole_use(Path(name)),
    ):
        yield Path(name)


def sweep_scratch() -> int:
    """Removes the folders of commands that run no longer; how many they were."""
    swept = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if folder.is_symlink() or folder.lstat().st_uid != os.geteuid() or not (folder / LOCK).is_file():
            continue
        try:
            with sole_use(folder):
                shutil.rmtree(folder)
        except BlockingIOError:
            continue
        swept += 1
    return swept
