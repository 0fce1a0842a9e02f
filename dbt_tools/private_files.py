"""Files that hold people are for whoever runs recmail alone: mode 0600, in folders of mode 0700.

A umask, because a file must never have been readable, not even while it was written; and because libraries write most
of them. Every command that is given a database works so (dbt_tools/options.py), and dbt itself by its plugin.
"""

import fcntl
import glob
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

# stands in a folder that recmail writes whole and names all that it wrote there, so that nothing else is ever removed
MARK = ".recmail"
MARK_TEXT = "Written by recmail, which replaces this whole folder when it writes it again:"
# held by the process that works in the folder: it is free once that is gone, however it went
LOCK = "lock"
# in the names of folders that take another's place when they are whole
UNFINISHED = ".unfinished-"


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


@contextmanager
def sole_use(folder: Path) -> Iterator[None]:
    """The folder is nobody else's while the block runs. BlockingIOError when it is somebody's."""
    with (folder / LOCK).open("w") as lock:
        close_to_others(folder / LOCK)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


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

    A folder with anything in it that recmail did not write is not replaced, nor one that another process is about to:
    ClickException.
    """
    if strangers := strangers_in(path):
        raise click.ClickException(
            f"{path} would be replaced as a whole, and holds what recmail did not write there, such as {strangers[0]}: "
            "name another folder with --out, or remove what stands in this one."
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f"{path.name}{UNFINISHED}new")
    new.mkdir(exist_ok=True, mode=0o700)
    with ExitStack() as held:
        try:
            held.enter_context(sole_use(new))
        except (BlockingIOError, FileNotFoundError):
            raise click.ClickException(
                f"another recmail is writing {path}: wait until it has ended, or name another folder with --out"
            ) from None
        remove_unfinished(path, new)
        try:
            yield new
            (new / MARK).write_text("\n".join([MARK_TEXT, *sorted(files_in(new)), ""]), "utf-8")
            if path.exists():
                # a folder that isn't empty can't be renamed over: out of the way first
                before = path.with_name(f"{path.name}{UNFINISHED}before")
                path.rename(before)
                new.rename(path)
                shutil.rmtree(before)
            else:
                new.rename(path)
            (path / LOCK).unlink(missing_ok=True)
        finally:
            shutil.rmtree(new, ignore_errors=True)


def remove_unfinished(path: Path, new: Path) -> None:
    """What a run that was killed has left beside `path`, and in `new`, which is this run's now."""
    beside = set(path.parent.glob(f"{glob.escape(path.name)}{UNFINISHED}*")) - {new}
    for left in [*beside, *(left for left in new.iterdir() if left.name != LOCK)]:
        shutil.rmtree(left) if left.is_dir() else left.unlink()
