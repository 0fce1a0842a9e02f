"""Files that hold people are for whoever runs recmail alone: mode 0600, in folders of mode 0700.

A umask, because a file must never have been readable, not even while it was written; and because libraries write most
of them. Every command that is given a database works so (dbt_tools/options.py), and dbt itself by its plugin.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

# stands in a folder that recmail writes whole, so that no other folder is ever emptied
MARK = ".recmail"
MARK_TEXT = "Written by recmail, which replaces this whole folder when it writes it again.\n"


@contextmanager
def private_files() -> Iterator[None]:
    """All that this process and its children create meanwhile is private."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def close_to_others(path: Path) -> None:
    """A file or folder of an earlier time that others may open is closed to them; who doesn't own it can't."""
    status = path.stat()
    if stat.S_IMODE(status.st_mode) & 0o077 and status.st_uid == os.geteuid():
        path.chmod(stat.S_IMODE(status.st_mode) & 0o700)


def private_folder(path: Path, known_by: str = MARK) -> None:
    """Makes the folder, or closes it to others if it is empty or recmail's own: it holds `known_by`."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if is_own(path, known_by):
        close_to_others(path)


def is_own(folder: Path, *known_by: str) -> bool:
    return not any(folder.iterdir()) or any((folder / name).exists() for name in known_by)


@contextmanager
def replaced_folder(path: Path, known_by: str) -> Iterator[Path]:
    """A new folder that takes the place of `path` when the block ends without an error; nothing of before is left.

    A folder that recmail did not write (it has neither its mark nor `known_by`) is not replaced: ClickException.
    """
    if path.exists() and not (path.is_dir() and is_own(path, MARK, known_by)):
        raise click.ClickException(
            f"{path} holds files that recmail did not write, and would be replaced as a whole: "
            "name another folder with --out."
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # of a run that was killed
    for left in path.parent.glob(f"{path.name}.unfinished-*"):
        shutil.rmtree(left)
    new = path.with_name(f"{path.name}.unfinished-{os.getpid()}")
    new.mkdir(mode=0o700)
    try:
        (new / MARK).write_text(MARK_TEXT, "utf-8")
        yield new
        if path.exists():
            # a folder that isn't empty can't be renamed over: out of the way first
            before = path.with_name(f"{path.name}.unfinished-before-{os.getpid()}")
            path.rename(before)
            new.rename(path)
            shutil.rmtree(before)
        else:
            new.rename(path)
    finally:
        shutil.rmtree(new, ignore_errors=True)
