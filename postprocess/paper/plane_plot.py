"""The figure of a plane: any experiment, with the (g-2)_mu bands, the relic line and companions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from postprocess.experiment import Experiment
from postprocess.limits import Contour
from postprocess.output import Line, exclusion_figure, gminus2_bands
from postprocess.paper.relic_lines import RelicLine
from postprocess.scan import PlaneName, ScanSettings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["MASSES", "exposure", "plane_figure", "plane_note", "power"]

MASSES = np.geomspace(1e-4, 1e2, 600)  # of the bands [GeV]: beyond every frame
ON_TARGET = {"e-": "EOT", "e+": "$e^+$OT", "mu-": r"$\mu^-$OT", "mu+": r"$\mu^+$OT", "p": "POT"}


def plane_figure(
    plane: PlaneName,
    contour: Contour,
    settings: ScanSettings,
    *,
    label: str,
    title: str,
    relic: RelicLine | None = None,
    projections: Sequence[tuple[Contour, str]] = (),
    companions: Sequence[tuple[Contour, str]] = (),
    source: str = "",
) -> Figure:
    """Draw an exclusion with what its plane has beside it.

    Parameters
    ----------
    plane : PlaneName
        The plane.
    contour : Contour
        Exclusion of the experiment.
    settings : ScanSettings
        What is held fixed: stands in the figure.
    label, title, projections, companions, source
        See `exclusion_figure`.
    relic : RelicLine, optional
        Where chi1 is all of the dark matter.

    Returns
    -------
    Figure
        For `save_figure`.
    """
    has_line = relic is not None and np.isfinite(relic.y).sum() > 1
    return exclusion_figure(
        contour,
        label=label,
        title=title,
        note=plane_note(plane, settings),
        bands=gminus2_bands(MASSES) if plane is PlaneName.M_EPS else [],
        lines=[Line(relic.x, relic.y, "thermal relic")] if relic is not None and has_line else [],
        projections=projections,
        companions=companions,
        source=source,
    )


def plane_note(plane: PlaneName, settings: ScanSettings) -> list[str]:
    """What a plane holds fixed, as lines of a figure."""
    note = [f"$R = {settings.shape.ratio:g}$"]
    note += [f"$f = {settings.shape.splitting:g}$"] if plane is not PlaneName.M1_F else []
    note += [rf"$\alpha_D = {settings.alpha_d:g}$"] if plane is not PlaneName.M_ALPHA_D else []
    return note + ([] if plane is PlaneName.M_EPS else [r"$\epsilon$ from $(g-2)_\mu$"])


def exposure(card: Experiment) -> str:
    """What the observed limits of a figure stand for."""
    if card.exposure.particles_on_target is None:
        return f"{card.exposure.value:g} fb$^{{-1}}$, 90% CL"
    return f"{power(card.exposure.value)} {ON_TARGET.get(str(card.beam.particle), 'on target')}, 90% CL"


def power(number: float) -> str:
    """A number in powers of ten, as labels show it."""
    exponent = math.floor(math.log10(number))
    factor = number / 10.0**exponent
    return rf"$10^{{{exponent}}}$" if round(factor, 6) == 1 else rf"${factor:.3g} \times 10^{{{exponent}}}$"
