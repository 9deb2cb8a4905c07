"""report.html: what was run, the main numbers beside the published ones, figures, tables. One file, no links out."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Protocol

from semivis_gen.errors import OutputError

__all__ = ["Comparison", "Figure", "Table", "compare", "render_report", "write_report"]

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
CSS = """
:root { --ink: #1b1f24; --soft: #5c6570; --rule: #d5dae0; --paper: #fff; --tint: #f4f6f9 }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 62rem; padding: 0 1rem }
h1 { font-size: 1.7rem; margin-bottom: .2rem } h2 { font-size: 1.25rem; margin-top: 2.2rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .25rem .7rem; border-bottom: 1px solid var(--rule) }
th:first-child, td:first-child { text-align: left } th { border-bottom: 2px solid var(--ink); vertical-align: bottom }
figure { margin: 1rem 0; display: inline-block; width: 30rem; max-width: 100%; vertical-align: top }
img { width: 100% } figcaption, .soft { color: var(--soft); font-size: .92rem }
details { margin: .6rem 0 } summary { cursor: pointer } .wide { overflow-x: auto; max-height: 32rem; font-size: .85rem }
code { background: var(--tint); padding: 0 .25rem; overflow-wrap: anywhere }
@media print { .wide { max-height: none } }
"""


class Quantity(Protocol):
    """A published number, such as `cardfile.Number`."""

    @property
    def value(self) -> float:
        """The number."""

    @property
    def error(self) -> float | None:
        """One standard deviation, where known."""

    @property
    def source(self) -> str | None:
        """Where it is published."""

    @property
    def note(self) -> str | None:
        """Remark."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One result and, where there is one, the published number."""

    label: str
    """Words."""
    value: float | None
    """Result; None where there is none."""
    error: float | None = None
    """Its error."""
    published: float | None = None
    """Published number."""
    published_error: float | None = None
    """Its error."""
    unit: str = ""
    """Unit of all of them."""
    remark: str = ""
    """Source and remark."""
    uncertain: str = ""
    """What the error is of, or why there is none."""
    comparable: bool = True
    """Whether both are the same quantity; no ratio is shown otherwise."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture."""

    title: str
    """Short."""
    caption: str
    """What it shows."""
    png: Path | bytes
    """PNG file or its content."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, folded away until asked for."""

    title: str
    """Short."""
    columns: Mapping[str, Sequence[float | int | str | None]]
    """Column by column; None is an empty cell."""
    caption: str = ""
    """What it holds."""


def compare(
    summary: Mapping[str, Any], published: Mapping[str, Quantity], *, labels: Mapping[str, tuple[str, str]]
) -> list[Comparison]:
    """Put the numbers of summary.json beside the published ones.

    Parameters
    ----------
    summary : mapping
        summary.json: KEY_error is the error of KEY, KEY_error_of says what of, KEY_note what the number is, and a false
        KEY_comparable that the published number is another quantity.
    published : mapping
        Published numbers by the same keys, as `Benchmark.results` holds them.
    labels : mapping
        Words and unit of the keys that the report explains, in its order.

    Returns
    -------
    list of Comparison
        The labelled keys that are in the summary, then other published keys; numbers only.
    """
    keys = [k for k in labels if k in summary] + [k for k in published if k in summary and k not in labels]
    result = []
    for key in keys:
        label, unit = labels.get(key, (key, ""))
        paper = published.get(key)
        remarks = [f"{paper.source}, {paper.note}" if paper.note else paper.source] if paper else []
        remarks.append(summary.get(f"{key}_note"))
        result.append(
            Comparison(
                label,
                _number(summary[key]),
                _number(summary.get(f"{key}_error")),
                paper.value if paper else None,
                paper.error if paper else None,
                unit,
                "; ".join(str(remark) for remark in remarks if remark),
                str(summary.get(f"{key}_error_of") or ""),
                summary.get(f"{key}_comparable", True) is not False,
            )
        )
    return result


def render_report(
    *,
    title: str,
    introduction: str,
    comparisons: Sequence[Comparison] = (),
    figures: Sequence[Figure] = (),
    tables: Sequence[Table] = (),
    notes: Sequence[str] = (),
    provenance: Mapping[str, str] | None = None,
) -> str:
    """Render the report.

    Parameters
    ----------
    title : str
        Heading.
    introduction : str
        What was run.
    comparisons : sequence of Comparison
        Main numbers.
    figures, tables : sequence
        Pictures, inlined, and folded tables.
    notes : sequence of str
        What the reader must know to use the numbers.
    provenance : mapping
        Versions, card digests, seeds.

    Returns
    -------
    str
        HTML that refers to nothing outside itself; all text is escaped.

    Raises
    ------
    OutputError
        Where a picture cannot be read or is not a PNG.
    """
    body = [f"<h1>{escape(title)}</h1>", f'<p class="soft">{escape(introduction)}</p>']
    if comparisons:
        body += ["<h2>Main numbers</h2>", _comparison_table(comparisons)]
    if notes:
        body += ["<h2>Notes</h2>", "<ul>", *(f"<li>{escape(note)}</li>" for note in notes), "</ul>"]
    if figures:
        body += ["<h2>Figures</h2>", *(_figure(figure) for figure in figures)]
    if tables:
        body += ["<h2>Tables</h2>", *(_folded_table(table) for table in tables)]
    if provenance:
        rows = "".join(
            f"<tr><td>{escape(k)}</td><td><code>{escape(str(v))}</code></td></tr>" for k, v in provenance.items()
        )
        body += ["<h2>Provenance</h2>", f"<table>{rows}</table>"]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def write_report(path: str | Path, **content: Any) -> None:
    """Write the report; the file appears whole or not at all.

    Parameters
    ----------
    path : str or Path
        The file.
    **content
        As for `render_report`.

    Raises
    ------
    OutputError
        Where it cannot be written, or as for `render_report`.
    """
    from semivis_gen.io import atomic_path

    html = render_report(**content)
    with atomic_path(Path(path)) as temporary:
        Path(temporary).write_text(html, encoding="utf-8")


def _comparison_table(comparisons: Sequence[Comparison]) -> str:
    names = ("", "this work", "its error", "published", "ratio", "unit", "source, remark")
    head = "<tr>" + "".join(f"<th>{name}</th>" for name in names) + "</tr>"
    rows = []
    for c in comparisons:
        ratio = f"{c.value / c.published:.3g}" if c.value is not None and c.published and c.comparable else ""
        ours = _with_error(c.value, c.error) if c.value is not None else "none"
        theirs = _with_error(c.published, c.published_error)
        cells = (c.label, ours, c.uncertain, theirs, ratio, c.unit, c.remark)
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return f"<table>{head}{''.join(rows)}</table>"


def _figure(figure: Figure) -> str:
    try:
        content = figure.png if isinstance(figure.png, bytes) else figure.png.read_bytes()
    except OSError as error:
        msg = f"figure {figure.title!r}: cannot read {figure.png!s} ({error.strerror}); draw it first"
        raise OutputError(msg) from error
    if not content.startswith(b"\x89PNG"):
        msg = f"figure {figure.title!r}: not a PNG; give the .png file"
        raise OutputError(msg)
    data = base64.b64encode(content).decode("ascii")
    return (
        f'<figure><img alt="{escape(figure.title)}" src="data:image/png;base64,{data}">'
        f"<figcaption><b>{escape(figure.title)}</b> {escape(figure.caption)}</figcaption></figure>"
    )


def _folded_table(table: Table) -> str:
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row) + "</tr>"
        for row in zip(*table.columns.values(), strict=True)
    )
    caption = f' <span class="soft">{escape(table.caption)}</span>' if table.caption else ""
    return (
        f"<details><summary>{escape(table.title)}{caption}</summary>"
        f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div></details>'
    )


def _cell(value: float | int | str | None) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _with_error(value: float | None, error: float | None) -> str:
    """Value and error to two digits of the error; four digits without one."""
    if value is None:
        return ""
    if not error or not math.isfinite(error) or not math.isfinite(value):
        return f"{value:.4g}"
    digits = 1 - math.floor(math.log10(abs(error)))
    if 0 <= digits <= 6 and abs(value) < 1e5:
        return f"{value:.{digits}f} ± {error:.{digits}f}"
    power = math.floor(math.log10(abs(value))) if value else math.floor(math.log10(error))
    shown = max(power + digits, 1)
    return f"({value / 10.0**power:.{shown}f} ± {error / 10.0**power:.{shown}f})e{power}"


def _number(value: Any) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if usable else None
