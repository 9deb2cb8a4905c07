"""Expected signal for a grid of cuts on the central (g-2)_mu line, one sample of events a mass for all cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise, product

import numpy as np

from postprocess.acceptance import accept
from postprocess.companions import FERMILAB_2021
from postprocess.experiment import Experiment, Signature
from postprocess.paper.cuts.background import Cuts
from postprocess.signal import expected_yields, production_estimate
from semivis_gen.arrays import FloatArray
from semivis_gen.decay import ELECTRONS_ONLY, decay_chain
from semivis_gen.errors import ParameterError
from semivis_gen.events import Events
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses, ctau_mm, gamma_chi2_total
from semivis_gen.numerics import Estimate

__all__ = ["CutGrid", "CutSignals", "with_cuts"]

NEIGHBOURS = np.array([0.98, 1.0, 1.02])  # lifetimes around the one that counts, for the table's interpolation


@dataclass(frozen=True, slots=True)
class CutGrid:
    """Values of each cut, ascending [GeV].

    Raises
    ------
    ParameterError
        Where values do not ascend.
    """

    s1_missing: tuple[float, ...] = (15.0, 30.0, 45.0, 60.0)
    """Missing energy of S1."""
    s1_visible: tuple[float, ...] = (1.0, 2.5, 5.0, 7.5, 10.0, 12.5, 15.0, 17.5, 20.0)
    """Visible energy of S1."""
    s2_missing: tuple[float, ...] = (30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0)
    """Missing energy of S2."""

    def __post_init__(self) -> None:
        for field in fields(self):
            values = getattr(self, field.name)
            if not values or any(b <= a for a, b in pairwise(values)):
                msg = f"cuts {field.name} = {values} must ascend: sort them, each once"
                raise ParameterError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class CutSignals:
    """Expected signal for every mass and cut."""

    grid: CutGrid
    """The cuts."""
    m_aprime: FloatArray
    """Masses, ascending [GeV], shape (m,)."""
    s1: FloatArray
    """Expected S1, shape (m, missing, visible)."""
    s2: FloatArray
    """Expected S2, shape (m, missing)."""
    s1_error: FloatArray
    """Error of S1 from the sample and the rate, same shape."""
    s2_error: FloatArray
    """Error of S2, same shape."""

    @classmethod
    def sample(
        cls, card: Experiment, masses: Sequence[DarkMasses], grid: CutGrid, *, alpha_d: float, events: int, seed: int
    ) -> CutSignals:
        """Generate a sample at each mass and apply all cuts to it.

        Parameters
        ----------
        card : Experiment
            A card with S1 and S2.
        masses : sequence of DarkMasses
            The points.
        grid : CutGrid
            The cuts.
        alpha_d : float
            Dark coupling.
        events, seed : int
            Size and seed of each sample.

        Returns
        -------
        CutSignals
            Sorted by mass.
        """
        ordered = sorted(masses, key=lambda point: point.m_aprime)
        found = [_at_mass(card, point, grid, alpha_d=alpha_d, events=events, seed=seed) for point in ordered]
        s1, s2 = (np.array(column) for column in zip(*found, strict=True))  # the last axis: value, error
        return cls(grid, np.array([p.m_aprime for p in ordered]), s1[..., 0], s2[..., 0], s1[..., 1], s2[..., 1])

    def at_s1_visible(self, value: float) -> CutSignals:
        """Return the part of the grid with one visible energy of S1.

        Parameters
        ----------
        value : float
            One of `grid.s1_visible` [GeV].

        Returns
        -------
        CutSignals
            The same signals on a smaller grid.
        """
        index = self.grid.s1_visible.index(value)
        part = slice(index, index + 1)
        grid = replace(self.grid, s1_visible=(value,))
        return replace(self, grid=grid, s1=self.s1[:, :, part], s1_error=self.s1_error[:, :, part])


def with_cuts(card: Experiment, cuts: Cuts) -> Experiment:
    """Card with other cuts on S1 and S2, everything else equal.

    Parameters
    ----------
    card : Experiment
        The card.
    cuts : Cuts
        The new values.

    Returns
    -------
    Experiment
        A copy.
    """

    def moved(signature: Signature) -> Signature:
        if signature.name not in ("S1", "S2"):
            return signature
        value = cuts.s1_missing if signature.name == "S1" else cuts.s2_missing
        assert signature.missing_energy_min_GeV is not None  # noqa: S101  (published_cuts has checked it)
        update: dict[str, object] = {
            "missing_energy_min_GeV": signature.missing_energy_min_GeV.model_copy(update={"value": value})
        }
        if signature.visible is not None:
            least = signature.visible.energy_min_GeV.model_copy(update={"value": cuts.s1_visible})
            update["visible"] = signature.visible.model_copy(update={"energy_min_GeV": least})
        return signature.model_copy(update=update)

    return card.model_copy(update={"signatures": tuple(moved(s) for s in card.signatures)})


def _at_mass(
    card: Experiment, masses: DarkMasses, grid: CutGrid, *, alpha_d: float, events: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """S1 and S2 for all cuts; the last axis holds value and error."""
    least = min(grid.s1_missing[0], grid.s2_missing[0])
    loosest = with_cuts(card, Cuts(least, grid.s1_visible[0], least))
    rng = np.random.default_rng([seed, 2])
    chunks: list[Events] = [
        decay_chain(chunk, masses, rng, channels=ELECTRONS_ONLY)
        for chunk in generate(
            masses,
            loosest.source(),
            processes=loosest.processes,
            n_events=events,
            seed=seed,
            e_min_aprime=loosest.e_min(),
            chain=False,
        )
    ]
    epsilon = float(FERMILAB_2021.epsilon(masses.m_aprime))
    lifetimes = float(ctau_mm(gamma_chi2_total(masses, alpha_d, epsilon))) * NEIGHBOURS
    rates: dict[float, Estimate] = {}  # by smallest A' energy, which cuts may raise

    def expected(name: str, cuts: Cuts) -> tuple[float, float]:
        changed = with_cuts(card, cuts)
        e_min = changed.e_min()
        if e_min not in rates:
            rates[e_min] = production_estimate(changed, masses)
        table = accept(chunks, changed, ctau_mm=lifetimes, seed=seed, masses=masses)
        found = expected_yields(table, changed, rates[e_min], alpha_d=alpha_d, epsilon=epsilon)
        index = found.signatures.index(name)
        return float(found.expected[index]), float(found.error[index])

    # the signature that is not looked at stays loosest, so that all tables refer to the same A'
    s1 = np.array([expected("S1", Cuts(a, b, least)) for a, b in product(grid.s1_missing, grid.s1_visible)])
    s2 = np.array([expected("S2", Cuts(least, grid.s1_visible[0], c)) for c in grid.s2_missing])
    return s1.reshape(len(grid.s1_missing), -1, 2), s2
