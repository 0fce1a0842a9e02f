"""What a text file is written in, and which of its lines are no text of that, in little memory however long it is."""

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

DUCKDB_ENCODINGS = ("utf-8", "utf-16", "latin-1")
BLOCK = 1 << 20
SAMPLES, SAMPLE_BYTES = 16, 1 << 16
# DuckDB reads no longer ones
LINE_BYTES_MAX = 2_000_000
BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
# half of a letter beyond UTF-16's first 65,536, an emoji for one: the byte that says so
HALF_A_LETTER = re.compile(rb"[\xd8-\xdf]")
# bytes that Windows-1252 has letters for, and Latin-1 none
BEYOND_LATIN_1 = re.compile(rb"[\x80-\x9f]")


def text_file(path: str | Path) -> dict:
    """{encoding, header: the first line, bad_lines: {number: fault}, has_open_quotes: some line may end within quotes}.

    `encoding` is one of DUCKDB_ENCODINGS, which DuckDB reads, or else what it seems to be: of a big-endian UTF-16
    file DuckDB reads no row and says nothing, and one with an emoji it can't read.
    """
    with Path(path).open("rb") as file:
        encoding = encoding_of(file)
        if encoding == "latin-1":
            # what the samples did not show
            if is_utf_8(beyond_ascii(block for _, block in blocks(file))):
                encoding = "utf-8"
            elif any(BEYOND_LATIN_1.search(block) for _, block in blocks(file)):
                encoding = "Windows-1252"
        if encoding == "utf-16" and has_half_letters(file):
            encoding = "UTF-16 with emoji"
        bad_lines, has_open_quotes = {}, encoding == "utf-16"
        if encoding in ("utf-8", "latin-1"):
            for first, block in blocks(file):
                bad_lines |= dict(faults(first, block, encoding))
                has_open_quotes |= b'"' in block and any(line.count(b'"') % 2 for line in block.split(b"\n"))
        elif encoding != "utf-16":
            found = ({number: fault} for block in blocks(file) for number, fault in faults(*block, "utf-8"))
            bad_lines = next(found, {1: ""})
            return {"encoding": encoding, "header": "", "bad_lines": bad_lines, "has_open_quotes": False}
        file.seek(0)
        # old programs end lines in CR alone
        header = re.split("[\r\n]", file.read(SAMPLE_BYTES).decode(encoding, "replace"), maxsplit=1)[0]
    return {
        "encoding": encoding,
        "header": header,
        "bad_lines": bad_lines,
        "has_open_quotes": has_open_quotes,
    }


def open_quote(path: str | Path, encoding: str, delimiter: str) -> int | None:
    """The first row below the header with a quote that is not closed where its field ends, but lines later or never.

    Rows between are read as part of the field. What is wrong within one line loses none, unless its quotes are odd in
    number, as where `\\"` was meant for one within quotes: then DuckDB takes the last of them for an opening one.
    """
    csv.field_size_limit(LINE_BYTES_MAX)
    # with or without its mark
    written_in = "utf-16-le" if encoding == "utf-16" else encoding
    lines = []

    def kept(file: Iterable[str]) -> Iterator[str]:
        for line in file:
            lines.append(line.replace("\0", ""))
            yield lines[-1]

    with Path(path).open(encoding=written_in, errors="replace", newline="") as file:
        rows = csv.reader(kept(file), delimiter=delimiter, strict=True)
        number = 0
        while True:
            try:
                number += bool(next(rows))
            except StopIteration:
                return None
            except csv.Error:
                if len(lines) > 1 or lines[0].count('"') % 2:
                    return number
                number += 1
            lines.clear()


def bad_rows(path: str | Path, encoding: str, delimiter: str, width: int) -> Iterator[list[str]]:
    """What can be read of each row with a bad line, as `width` fields, and its fault: what it says of consent counts.

    A row may have many lines, within quotes: DuckDB leaves out all of it.
    """
    with Path(path).open("rb") as file:
        bad_lines = {number: fault for block in blocks(file) for number, fault in faults(*block, encoding)}
    csv.field_size_limit(sys.maxsize)
    # lines as they are counted: a CR within one ends none
    with Path(path).open(encoding=encoding, errors="replace", newline="\n") as file:
        lines = (line.rstrip("\r\n").replace("\0", "").replace("\r", " ") + "\n" for line in file)
        rows = csv.reader(lines, delimiter=delimiter)
        lines_before = 0
        for fields in rows:
            bad = [number for number in range(lines_before + 1, rows.line_num + 1) if number in bad_lines]
            lines_before = rows.line_num
            if bad:
                fault = f"line {bad[0]} of {Path(path).name} {bad_lines[bad[0]]}"
                yield [*(fields + [""] * width)[:width], fault]


def has_half_letters(file: BinaryIO) -> bool:
    """Of a little-endian UTF-16 file."""
    file.seek(0)
    return any(HALF_A_LETTER.search(block[1::2]) for block in iter(lambda: file.read(BLOCK), b""))


def encoding_of(file: BinaryIO) -> str:
    """Judged by samples from places all over the file."""
    found = samples(file)
    text = b"".join(found)
    if text[:2] == b"\xfe\xff" or (text[:2] != b"\xff\xfe" and b"\0" in text[:100:2]):
        return "UTF-16 BE"
    if text[:2] == b"\xff\xfe" or b"\0" in text[:100]:
        return "utf-16"
    lines = list(beyond_ascii(found)) or list(islice(beyond_ascii(block for _, block in blocks(file)), 1000))
    if is_utf_8(lines):
        return "utf-8"
    text = b"\n".join(lines)
    if in_runs(text) and (guess := detected(text)):
        return guess
    return "Windows-1252" if BEYOND_LATIN_1.search(text) else "latin-1"


def beyond_ascii(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The lines that tell encodings apart."""
    for part in parts:
        if not part.isascii():
            yield from (line for line in part.split(b"\n") if not line.isascii())


def is_utf_8(lines: Iterable[bytes]) -> bool:
    """Whether half of them are at least: damaged UTF-8 has good lines too."""
    surplus = sum(1 if is_text(line, "utf-8") else -1 for line in lines)
    return surplus >= 0


def samples(file: BinaryIO) -> list[bytes]:
    """Whole lines, but for the first sample's end."""
    size = file.seek(0, 2)
    if size <= SAMPLES * SAMPLE_BYTES:
        file.seek(0)
        return [file.read()]
    found = []
    for number in range(SAMPLES):
        file.seek(number * (size - SAMPLE_BYTES) // (SAMPLES - 1))
        if number:
            file.readline()
        found.append(file.read(SAMPLE_BYTES).rpartition(b"\n")[0])
    return found


def in_runs(text: bytes) -> bool:
    """Latin letters beyond ASCII stand alone among others; those of other scripts follow each other."""
    runs = [len(run) for run in BEYOND_ASCII.findall(text)]
    return 2 * sum(length for length in runs if length > 1) > sum(runs)


def detected(text: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(text).best()
    return best and best.encoding


def is_text(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def blocks(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Whole lines, with the number of the first."""
    file.seek(0)
    first = 1
    while block := file.read(BLOCK):
        block += file.readline()
        yield first, block
        first += block.count(b"\n")


def faults(first: int, block: bytes, encoding: str) -> Iterator[tuple[int, str]]:
    """Number and fault of each bad line."""
    if is_text(block, encoding) and len(block) <= LINE_BYTES_MAX:
        return
    for number, line in enumerate(block.split(b"\n"), first):
        if not is_text(line, encoding):
            yield number, "is not UTF-8 text"
        elif len(line) > LINE_BYTES_MAX:
            yield number, f"is longer than {LINE_BYTES_MAX:,} bytes"
