"""Look of the figures: the field's style, files that are the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = [
    "COLORS",
    "M_APRIME",
    "header",
    "new_axes",
    "save_figure",
    "style",
    "text_box",
]


# colour-blind safe: M. A. Petroff, arXiv:2107.02270, and the usual green and yellow of expected bands
COLORS = {
    "excluded": "#5790fc",
    "edge": "#1f3d7a",
    "expected": "#202020",
    "one_sigma": "#6fbf73",
    "two_sigma": "#f5d76e",
    "line": "#964a8b",
    "reference": "#e42536",
    "grey": "#717581",
}
DPI = 150
M_APRIME = r"m_{A\hspace{-0.1}'}"  # the prime stands too far off otherwise; for use between dollar signs


@contextmanager
def style() -> Iterator[None]:
    """Style of the figures; needed while drawing and while writing."""
    import matplotlib as mpl
    import mplhep

    ours: dict[Any, Any] = {
        "figure.figsize": (9.0, 7.5),
        "font.size": 19,
        "axes.labelsize": 22,
        "xtick.labelsize": 19,
        "ytick.labelsize": 19,
        "legend.fontsize": 15,
        "axes.linewidth": 1.4,
        "xtick.major.size": 9,
        "ytick.major.size": 9,
        "xtick.minor.size": 5,
        "ytick.minor.size": 5,
        "hatch.linewidth": 0.6,
        "mathtext.fontset": "stixsans",  # italic letters, upright digits
        "mathtext.default": "it",
        "savefig.dpi": DPI,
    }
    with mpl.rc_context({**mplhep.style.ROOT, **ours}):
        yield


def new_axes(
    *,
    x_label: str,
    y_label: str,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    x_log: bool = True,
    y_log: bool = True,
) -> tuple[Figure, Axes]:
    """Make a figure with one pair of axes whose ranges are fixed, so that text can follow curves.

    Parameters
    ----------
    x_label, y_label : str
        Axis labels with units.
    x_range, y_range : tuple of float
        Ranges.
    x_log, y_log : bool
        Logarithmic axes.

    Returns
    -------
    Figure, Axes
        Without a global figure manager: nothing to close.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.125, 0.115, 0.85, 0.835))
    axes.set_xscale("log" if x_log else "linear")
    axes.set_yscale("log" if y_log else "linear")
    axes.set_xlim(*x_range)
    axes.set_ylim(*y_range)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    return figure, axes


def header(axes: Axes, title: str) -> None:
    """Write the program's name above the frame on the left and a title on the right."""
    axes.text(0.0, 1.015, "semivis", transform=axes.transAxes, fontweight="bold", va="bottom")
    axes.text(1.0, 1.015, title, transform=axes.transAxes, ha="right", va="bottom", fontsize=17)


def text_box(axes: Axes, lines: Sequence[str], corner: tuple[float, float]) -> Text:
    """Write lines into a white box.

    Parameters
    ----------
    axes : Axes
        Where.
    lines : sequence of str
        Text.
    corner : tuple of float
        Corner of the frame, in axes coordinates: (0, 1) is the upper left one.

    Returns
    -------
    Text
        The box.
    """
    x, y = corner
    return axes.text(
        0.97 if x else 0.03,
        0.96 if y else 0.04,
        "\n".join(lines),
        transform=axes.transAxes,
        va="top" if y else "bottom",
        ha="right" if x else "left",
        fontsize=16,
        linespacing=1.5,
        zorder=30,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 4},
    )


def save_figure(figure: Figure, stem: str | Path) -> tuple[Path, Path]:
    """Write a figure as PNG and PDF; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        What to write.
    stem : str or Path
        Path without suffix.

    Returns
    -------
    tuple of Path
        The PNG and the PDF; each appears whole or not at all.

    Raises
    ------
    OutputError
        Where they cannot be written.
    """
    from semivis_gen.io import atomic_path

    base = Path(stem)
    written = []
    for suffix, metadata in ((".png", {"Software": None}), (".pdf", {"CreationDate": None, "Producer": None})):
        path = base.parent / (base.name + suffix)
        with style(), atomic_path(path) as temporary:
            figure.savefig(temporary, format=suffix[1:], metadata=metadata)
        written.append(path)
    return written[0], written[1]
