"""Events of any standard-conforming layout through pylhe, one by one, and the diagnosis of broken ones.

Slow and careful: only what `semivis_gen.io.lhe.block` does not understand comes here.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from semivis_gen.io.formats import MAX_PARTICLES, fail
from semivis_gen.io.lhe.block import EVENT_WORDS, PARTICLE_WORDS, Table

__all__ = ["parse_any"]

EVENT = re.compile(rb"<event(?:\s[^>]*)?>(.*?)</event\s*>", flags=re.DOTALL)
BETWEEN = re.compile(rb"<!--.*?-->|</?eventgroup[^>]*>", flags=re.DOTALL)  # what may stand between events
NESTED = re.compile(rb"<event[\s>]")
VERTEX = re.compile(rb"^\s*#\s*vertex\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*$", flags=re.MULTILINE)
FIELDS = ("id", "status", "mother1", "mother2", "color1", "color2", "px", "py", "pz", "e", "m", "lifetime", "spin")
HEAD_FIELDS = ("nparticles", "pid", "weight", "scale", "aqed", "aqcd")
SHELL = b"""<LesHouchesEvents version="3.0">
<init>
11 11 1 1 0 0 0 0 3 1
1 1 1 1
</init>
<event>
%s
</event>
</LesHouchesEvents>
"""


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
        rows = _rows(found.group(1), line + start, path)
        event = _parse_event(rows, line + start, path)
        heads.append([float(getattr(event.eventinfo, name)) for name in HEAD_FIELDS])
        particles += [[float(getattr(particle, name)) for name in FIELDS] for particle in event.particles]
        vertices.append(_vertex(found.group(1), line + start, path))
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


def _check_between(text: bytes, line: int, path: str | Path) -> None:
    rest = BETWEEN.sub(lambda found: b"\n" * found.group().count(b"\n"), text)
    if not rest.strip():
        return
    start = len(rest) - len(rest.lstrip())
    word = rest.split(maxsplit=1)[0][:40].decode(errors="replace")
    at = line + rest.count(b"\n", 0, start)
    if word.startswith("</LesHouchesEvents"):
        fail(path, at, "the file goes on after </LesHouchesEvents>: give the files that were joined one by one")
    fail(path, at, f"{word!r} stands outside of <event> ... </event>: the file is damaged")


def _rows(content: bytes, line: int, path: str | Path) -> list[tuple[int, bytes]]:
    """Lines with numbers and how far below the tag they stand; as many as the event announces."""
    if NESTED.search(content):
        fail(path, line, "the event that begins here is not closed by </event>: the file is damaged")
    text, *tags = content.split(b"<", maxsplit=1)
    if tags:
        try:
            ElementTree.fromstring(b"<tags><" + tags[0] + b"</tags>")  # noqa: S314  (no room for a DOCTYPE)
        except ElementTree.ParseError as error:
            fail(path, line, f"the tags in the event that begins here are damaged ({error})")
    rows = [(offset, row.strip()) for offset, row in enumerate(text.splitlines())]
    rows = [(offset, row) for offset, row in rows if row and not row.startswith(b"#")]
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
    return rows


def _parse_event(rows: list[tuple[int, bytes]], line: int, path: str | Path) -> Any:
    """One event by pylhe, with the checks that pylhe leaves out."""
    import pylhe

    _check_words(rows[0][1], EVENT_WORDS, line + rows[0][0], path)
    for offset, row in rows[1:]:
        _check_words(row, PARTICLE_WORDS, line + offset, path)
    plain = SHELL % b"\n".join(row for _, row in rows)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pylhe only warns where it drops events
            events = list(pylhe.LHEFile.fromstring(plain.decode("latin-1"), with_attributes=False).events)
    except (ValueError, IndexError, OverflowError, Warning) as error:
        fail(path, line + rows[0][0], f"the event cannot be read ({error})")
    if len(events) != 1 or len(events[0].particles) != len(rows) - 1:
        fail(path, line + rows[0][0], "the event cannot be read")
    return events[0]


def _check_words(row: bytes, number: int, line: int, path: str | Path) -> None:
    words = row.split()
    if len(words) < number:
        fail(path, line, f"this line of an event needs {number} numbers and has {len(words)}")
    for word in words[:number]:
        try:
            float(word)
        except ValueError:
            fail(path, line, f"{word[:40].decode(errors='replace')!r} is not a number")


def _vertex(content: bytes, line: int, path: str | Path) -> list[float]:
    found = VERTEX.search(content)
    if found is None:
        return [0.0] * 4
    try:
        return [float(word) for word in found.groups()]
    except ValueError:
        fail(path, line, f"the comment {found.group().strip()[:60].decode(errors='replace')!r} holds no vertex")
