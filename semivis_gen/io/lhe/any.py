"""Events of any layout, line by line, and the diagnosis of broken ones.

Slow and careful: only what `semivis_gen.io.lhe.block` does not understand comes here. What both understand they
understand alike, to the last bit; the tests run every file through both.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from semivis_gen.io.formats import MAX_PARTICLES, fail
from semivis_gen.io.lhe.block import EVENT_WORDS, PARTICLE_WORDS, VERTEX_WORDS, Table
from semivis_gen.io.text.tokens import number

__all__ = ["EVENT_END", "parse_any", "without_groups"]

EVENT = re.compile(rb"<event(?:\s[^<>]*)?>(.*?)</event\s*>", flags=re.DOTALL)
EVENT_END = re.compile(rb"</event\s*>")
BETWEEN = re.compile(rb"</?eventgroup[^<>]*>")  # what may stand between events, beside comments
COMMENT = re.compile(rb"^[^\S\n]*#[^\n]*", flags=re.MULTILINE)
NESTED = re.compile(rb"<event[\s>]")
CONTROL = bytes(c if c in b"\n\r" else 32 for c in range(32)) + bytes(range(32, 256))  # blanks, as for the fast parser


def parse_any(text: bytes, line: int, path: str | Path) -> Table:
    """Parse whole events of any layout.

    Parameters
    ----------
    text : bytes
        From before an <event> to after an </event>.
    line : int
        Line of the file on which the text begins.
    path : str or Path
        File name for errors.

    Returns
    -------
    Table
        The numbers.

    Raises
    ------
    EventFileError
        At the first event that is broken, with its line.
    """
    heads: list[list[float]] = []
    particles: list[list[float]] = []
    vertices: list[list[float]] = []
    event_line: list[int] = []
    particle_line: list[int] = []
    done, passed = 0, 0  # characters, and lines among them
    for found in EVENT.finditer(text):
        _check_between(text[done : found.start()], line + passed, path)
        start = passed + text.count(b"\n", done, found.start(1))
        rows, comments = _rows(found.group(1), line + start, path)
        offset, first = rows[0]
        heads.append(_numbers(first, EVENT_WORDS, line + start + offset, path))
        particles += [_numbers(row, PARTICLE_WORDS, line + start + offset, path) for offset, row in rows[1:]]
        vertices.append(_vertex(comments, line + start, path))
        event_line.append(start + rows[0][0])
        particle_line += [start + offset for offset, _ in rows[1:]]
        passed += text.count(b"\n", done, found.end())
        done = found.end()
    _check_between(text[done:], line + passed, path)
    return Table(
        np.array(heads, dtype=float).reshape(-1, EVENT_WORDS),
        np.array(particles, dtype=float).reshape(-1, PARTICLE_WORDS),
        np.array(vertices, dtype=float).reshape(-1, 4),
        np.array(event_line, dtype=np.int64),
        np.array(particle_line, dtype=np.int64),
    )


def without_groups(text: bytes) -> bytes:
    """Text without the tags of event groups; lines keep their numbers."""
    return BETWEEN.sub(lambda found: b"\n" * found.group().count(b"\n"), text)


def _check_between(text: bytes, line: int, path: str | Path) -> None:
    rest = COMMENT.sub(b"", without_groups(text.translate(CONTROL)))
    if not rest.strip():
        return
    start = len(rest) - len(rest.lstrip())
    word = rest.split(maxsplit=1)[0][:40].decode(errors="replace")
    at = line + rest.count(b"\n", 0, start)
    if word.startswith("</LesHouchesEvents"):
        fail(path, at, "the file goes on after </LesHouchesEvents>: give the files that were joined one by one")
    fail(path, at, f"{word!r} stands outside of <event> ... </event>: the file is damaged")


def _rows(content: bytes, line: int, path: str | Path) -> tuple[list[tuple[int, bytes]], list[bytes]]:
    """Lines with numbers and how far below the tag they stand, as many as the event announces; and comments."""
    if NESTED.search(content):
        fail(path, line, "the event that begins here is not closed by </event>: the file is damaged")
    rows: list[tuple[int, bytes]] = []
    comments: list[bytes] = []
    tags: list[bytes] = []
    for offset, row in enumerate(content.translate(CONTROL).splitlines()):
        row = row.strip()
        if row.startswith(b"#"):
            comments.append(row)
        elif tags:
            tags.append(row)
        elif row:
            numbers, *tag = row.split(b"<", maxsplit=1)
            if numbers.strip():
                rows.append((offset, numbers.strip()))
            tags += [b"<" + text for text in tag]
    if not all(row.startswith(b"<") for row in tags if row):  # else the fast parser takes them as they are
        try:
            ElementTree.fromstring(b"<tags>%s</tags>" % b"\n".join(tags))  # noqa: S314  (no room for a DOCTYPE)
        except ElementTree.ParseError as error:
            fail(path, line, f"the tags in the event that begins here are damaged ({error})")
    if not rows:
        fail(path, line, "the event is empty")
    words, line = rows[0][1].split(), line + rows[0][0]
    if len(words) < EVENT_WORDS or not words[0].isdigit():
        fail(path, line, f"an event must begin with {EVENT_WORDS} numbers, first the number of its particles")
    number = int(words[0][:9])
    if not 1 <= number <= MAX_PARTICLES:
        fail(path, line, f"{words[0][:20].decode()} particles in one event: must be 1 to {MAX_PARTICLES}")
    if len(rows) - 1 != number:
        fail(path, line, f"the event announces {number} particles and has {len(rows) - 1} particle lines")
    return rows, comments


def _numbers(row: bytes, words: int, line: int, path: str | Path) -> list[float]:
    """The numbers at the beginning of a line."""
    given = row.decode("latin-1").split()
    if len(given) < words:
        fail(path, line, f"this line of an event needs {words} numbers and has {len(given)}")
    values = []
    for word in given[:words]:
        if (value := number(word)) is None:
            fail(path, line, f"{word[:40]!r} is not a number")
        values.append(value)
    return values


def _vertex(comments: list[bytes], line: int, path: str | Path) -> list[float]:
    vertex = [0.0] * 4
    for comment in comments:
        words = comment.decode("latin-1").split()
        if len(words) == VERTEX_WORDS and words[1] == "vertex":
            values = [number(word) for word in words[2:]]
            known = [value for value in values if value is not None]
            if len(known) < len(values):
                fail(path, line, f"the comment {' '.join(words)[:60]!r} holds no vertex")
            vertex = known
    return vertex
