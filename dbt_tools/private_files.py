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

# stands in a folder that recmail writes whole and names all that it wrote there, so that nothing else is ever removed
MARK = ".recmail"
MARK_TEXT = "Written by recmail, which replaces this whole folder when it writes it again:"


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
    if not any(path.iterdir()) or (path / known_by).exists():
        close_to_others(path)


def files_in(folder: Path) -> set[str]:
    """Paths of all files below it, and of links."""
    return {
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()
    }


def strangers_in(path: Path) -> list[str]:
    """What stands in a folder and recmail did not write there; the path itself when it is no folder."""
    if not path.is_dir():
        return [path.name] if path.exists() else []
    mark = path / MARK
    own = mark.read_text("utf-8").splitlines()[1:] if mark.is_file() else []
    return sorted(files_in(path) - {MARK, *own})


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """A new folder that takes the place of `path` when the block ends without an error; nothing of before is left.

    A folder with anything in it that recmail did not write is not replaced: ClickException.
    """
    if strangers := strangers_in(path):
        raise click.ClickException(
            f"{path} would be replaced as a whole, and holds what recmail did not write there, such as {strangers[0]}: "
            "name another folder with --out, or remove what stands in this one."
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # of a run that was killed
    for left in path.parent.glob(f"{path.name}.unfinished-*"):
        shutil.rmtree(left)
    new = path.with_name(f"{path.name}.unfinished-{os.getpid()}")
    new.mkdir(mode=0o700)
    try:
        yield new
        (new / MARK).write_text("\n".join([MARK_TEXT, *sorted(files_in(new)), ""]), "utf-8")
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
