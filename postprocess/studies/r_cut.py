"""Efficiency of one requirement on the central (g-2)_mu line, mass by mass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from postprocess.acceptance import accept
from postprocess.companions import FERMILAB_2021
from postprocess.experiment import Experiment
from semivis_gen.decay import ELECTRONS_ONLY
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses, ctau_mm, gamma_chi2_total

__all__ = ["CutEfficiency", "cut_efficiency"]


@dataclass(frozen=True, slots=True)
class CutEfficiency:
    """Efficiency of a requirement at a mass."""

    m_aprime_GeV: float  # noqa: N815
    """Mass [GeV]."""
    efficiency: float
    """Share of what the steps before left."""
    error: float
    """Statistical error, binomial in the number of events that count."""


def cut_efficiency(
    card: Experiment,
    key: str,
    masses: Sequence[float],
    *,
    signature: str = "S1",
    ratio: float = 3.0,
    splitting: float = 0.4,
    alpha_d: float = 0.1,
    events: int = 4000,
    seed: int = 1,
) -> list[CutEfficiency]:
    """Efficiency of a requirement of a signature for the lifetimes on the central (g-2)_mu line.

    Parameters
    ----------
    card : Experiment
        The card.
    key : str
        Key of the requirement: missing_energy, decay, visible, containment, or the name of a flat efficiency.
    masses : sequence of float
        m_A' [GeV].
    signature : str
        Name of the signature.
    ratio, splitting, alpha_d : float
        R, f and dark coupling.
    events, seed : int
        Size and seed of the sample at each mass.

    Returns
    -------
    list of CutEfficiency
        In the order of the masses.

    Raises
    ------
    ParameterError
        Where the card has no such signature, or that no such requirement.
    """
    rows = []
    for m in masses:
        point = DarkMasses(m, ratio, splitting)
        epsilon = float(FERMILAB_2021.epsilon(m))
        lifetime = float(ctau_mm(gamma_chi2_total(point, alpha_d, epsilon)))
        sample = generate(
            point,
            card.thick_target(),
            processes=card.processes,
            n_events=events,
            seed=seed,
            e_min_aprime=card.e_min(),
            channels=ELECTRONS_ONLY,
        )
        table = accept(sample, card, ctau_mm=[0.99 * lifetime, lifetime, 1.01 * lifetime], masses=point, seed=seed)
        flow = table.cut_flow(signature)
        step = flow.step(key)
        before, error = (values[max(step - 1, 0), 1] for values in (flow.fraction, flow.error))
        efficiency = float(flow.fraction[step, 1] / before) if before else 0.0
        counted = (before / error) ** 2 if error else np.inf  # effective number of events
        rows.append(CutEfficiency(m, efficiency, float(np.sqrt(efficiency * (1 - efficiency) / counted))))
    return rows
