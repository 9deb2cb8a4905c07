"""The figures: exclusions in three planes, K, acceptance. Data in, `matplotlib.figure.Figure` out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from postprocess.output.exclusion_plot import Band, Line, exclusion_figure, gminus2_bands
from postprocess.output.plane import Plane, plane_of
from postprocess.output.style import COLORS, M_APRIME, header, new_axes, save_figure, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from postprocess.acceptance import AcceptanceTable

__all__ = [
    "M_APRIME",
    "Band",
    "Line",
    "Plane",
    "acceptance_figure",
    "exclusion_figure",
    "gminus2_bands",
    "k_factor_figure",
    "plane_of",
    "save_figure",
]


def k_factor_figure(
    m_aprime: ArrayLike, splitting: ArrayLike, k: ArrayLike, *, title: str = "", marked: float | None = None
) -> Figure:
    """Draw K = Gamma / Gamma_0 over mass and splitting.

    Parameters
    ----------
    m_aprime : array_like (n,)
        Masses [GeV].
    splitting : array_like (p,)
        f.
    k : array_like (p, n)
        K; NaN where the decay is closed.
    title : str
        Above the frame on the right.
    marked : float, optional
        A value of K whose line stands out, such as a published constant.

    Returns
    -------
    Figure
        For `style.save_figure`.
    """
    x, y, z = (np.asarray(v, dtype=np.float64) for v in (m_aprime, splitting, k))
    with style():
        figure, axes = new_axes(
            x_label=rf"${M_APRIME}$ [GeV]",
            y_label=r"mass splitting $f = \Delta / m_{\chi_1}$",
            x_range=(float(x[0]), float(x[-1])),
            y_range=(float(y[0]), float(y[-1])),
            y_log=False,
        )
        axes.set_position((0.125, 0.115, 0.74, 0.835))
        axes.set_facecolor("#d9d9d9")
        # a small negative K where the decay is closed puts the edge of the colours between the points
        mesh = axes.contourf(x, y, np.nan_to_num(z, nan=-0.02), cmap="viridis", levels=np.linspace(0, 1, 101))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # before matplotlib 3.11 filled contours stay vectors
            mesh.set_rasterized(True)
        levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
        lines = axes.contour(x, y, np.ma.masked_invalid(z), levels=levels, colors="white", linewidths=0.9)
        axes.clabel(lines, fontsize=14, fmt="%.1f")
        if marked is not None:
            mark = axes.contour(
                x, y, np.ma.masked_invalid(z), levels=[marked], colors=COLORS["reference"], linewidths=2.2
            )
            axes.clabel(mark, fontsize=15, fmt=f"$K = {marked:g}$")
        bar = figure.colorbar(mesh, cax=figure.add_axes((0.885, 0.115, 0.025, 0.835)))
        bar.set_ticks(np.linspace(0, 1, 11).tolist())
        bar.set_label(r"$K = \Gamma / \Gamma_0$")
        header(axes, title)
    return figure


def acceptance_figure(
    tables: Sequence[tuple[AcceptanceTable, str]], *, title: str = "", note: Sequence[str] = ()
) -> Figure:
    """Draw the acceptance of each signature against the proper decay length.

    Parameters
    ----------
    tables : sequence of (AcceptanceTable, str)
        Tables with a label each, such as the mass; one colour a table, one line style a signature.
    title : str
        Above the frame on the right.
    note : sequence of str
        Lines of the text box.

    Returns
    -------
    Figure
        For `plotstyle.save_figure`.
    """
    from matplotlib.lines import Line2D

    colors = ["#5790fc", "#f89c20", "#e42536", "#964a8b", "#717581", "#7a21dd"]
    styles = ["-", (0, (5, 2)), (0, (1.5, 1.5)), "-."]
    top = max(float(t.acceptance.max()) for t, _ in tables)
    columns = 1 + (len(tables) > 3)
    rows = max(len(note) + len(tables[0][0].signatures), -(-len(tables) // columns))
    room = 0.06 * rows + 0.05  # share of the frame for the legends
    x_all = np.concatenate([t.ctau_mm for t, _ in tables])
    with style():
        figure, axes = new_axes(
            x_label=r"$c\tau_{\chi_2}$ [mm]",
            y_label="acceptance",
            x_range=(float(x_all.min()), float(x_all.max())),
            y_range=(1e-5 * top, top * 10 ** (5 * room / (1 - room))),
        )
        for (table, _), color in zip(tables, colors, strict=False):
            for i in range(len(table.signatures)):
                value, error = table.acceptance[:, i], table.error[:, i]
                shown = value > 0
                axes.plot(table.ctau_mm[shown], value[shown], color=color, ls=styles[i % len(styles)], lw=2)
                low = np.maximum(value - error, 1e-6 * top)
                axes.fill_between(table.ctau_mm, low, value + error, where=shown, color=color, alpha=0.25, lw=0)
        names = tables[0][0].signatures
        kinds = [Line2D([], [], color="black", ls=s, lw=2, label=n) for n, s in zip(names, styles, strict=False)]
        first = axes.legend(handles=kinds, loc="upper left", title="\n".join(note), alignment="left")
        first.get_title().set_fontsize(16)
        axes.add_artist(first)
        points = [Line2D([], [], color=c, lw=4, label=name) for (_, name), c in zip(tables, colors, strict=False)]
        axes.legend(handles=points, loc="upper right", ncols=columns)
        header(axes, title)
    return figure
