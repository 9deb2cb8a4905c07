"""Expected signal: exposure x production x branching x acceptance, for arrays of couplings.

    N_i = EOT eps^2 (A' per electron at eps = 1, E_A' > e_min) BR(A') B_i A_i(c tau(alpha_D, eps))

or, at a collider, with luminosity and cross-section for the first two.

B_i is the branching of the flying particle into what signature i sees (`sees` of the card): e+ e- where a calorimeter
must see the decay products and nothing else is said, 1 where the particle only has to leave. A_i is the share of these
decays that is selected, so that the branching enters here and nowhere else. All decays shorten the lifetime.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from postprocess.acceptance import SCENARIOS, AcceptanceTable, seen_share
from postprocess.experiment import Experiment, Signature
from postprocess.signal.chi2_width import Chi2Width, exact_width
from semivis_gen.arrays import FloatArray
from semivis_gen.constants import HBARC_GEV_MM
from semivis_gen.errors import ParameterError
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate

__all__ = ["ExpectedSignal", "expected_yields", "production_estimate"]


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedSignal:
    """Expected signal events of each signature."""

    signatures: tuple[str, ...]
    """Names, one for each entry of the last axis."""
    expected: FloatArray
    """Expected events, shape of the couplings with one more axis."""
    error: FloatArray
    """Error from the production rate and the event sample, same shape; fully correlated over the couplings."""
    ctau_mm: FloatArray
    """Proper decay length of the flying particle [mm], shape of the couplings; inf where it is stable."""

    @property
    def relative_error(self) -> float:
        """Relative error of the sum of all signatures at one choice of couplings; zero where nothing is expected."""
        total = float(self.expected.sum())
        return float(np.hypot.reduce(self.error)) / total if total > 0 else 0.0


def production_estimate(experiment: Experiment, masses: DarkMasses, *, mode: str = "semivisible") -> Estimate:
    """A' made per electron on target at eps = 1, above the experiment's smallest useful energy.

    Parameters
    ----------
    experiment : Experiment
        The card.
    masses : DarkMasses
        Only m_A' counts.
    mode : str
        It sets the smallest useful energy.

    Returns
    -------
    Estimate
        The rate that `expected_yields` needs.
    """
    from semivis_gen.production import production_rate

    source = experiment.source(mode)
    return production_rate(masses.m_aprime, source, experiment.processes, e_min=experiment.e_min(mode))


def expected_yields(
    table: AcceptanceTable,
    experiment: Experiment,
    rate: Estimate,
    *,
    alpha_d: ArrayLike,
    epsilon: ArrayLike,
    chi2_width: Chi2Width = exact_width,
) -> ExpectedSignal:
    """Expected signal events for all couplings, from one acceptance table.

    Parameters
    ----------
    table : AcceptanceTable
        Of the same experiment; it knows masses and mode.
    experiment : Experiment
        The card.
    rate : Estimate
        A' per electron on target at eps = 1 with an energy above `table.e_min`.
    alpha_d, epsilon : array_like
        Couplings; they broadcast.
    chi2_width : Chi2Width
        Width of chi2 and shares of its decays; see `postprocess.signal.chi2_width`.

    Returns
    -------
    ExpectedSignal
        Expected events with errors.

    Raises
    ------
    ParameterError
        Where the table belongs to another experiment or does not know its masses, or a coupling is negative.
    """
    if table.experiment != experiment.name or table.masses is None:
        msg = (
            f"the acceptance table is of experiment {table.experiment!r} with masses {table.masses}, "
            f"not of {experiment.name!r} at known masses; make it anew"
        )
        raise ParameterError(msg)
    if table.card and table.card != experiment.digest:
        msg = (
            f"the acceptance table is of another card of the name {experiment.name!r}: cards that differ need "
            "different names; make it anew with this card"
        )
        raise ParameterError(msg)
    alpha, eps = np.broadcast_arrays(np.asarray(alpha_d, dtype=float), np.asarray(epsilon, dtype=float))
    if np.any(alpha <= 0) or np.any(eps < 0):
        msg = f"alpha_D = {alpha.min():g} and epsilon = {eps.min():g}: alpha_D must be positive, epsilon not negative"
        raise ParameterError(msg)
    flight = SCENARIOS[table.mode].flight(table.masses, alpha, eps, chi2_width)
    ctau = np.divide(HBARC_GEV_MM, flight.width, out=np.full(eps.shape, np.inf), where=flight.width > 0)
    acceptance, error = table.at(ctau)
    seen = np.array([seen_share(signature, flight.shares) for signature in _signatures(table, experiment)])
    scale = (experiment.exposure.per_rate * eps**2 * flight.branching)[..., None] * seen
    expected = scale * rate.value * acceptance
    return ExpectedSignal(
        signatures=table.signatures,
        expected=expected,
        error=np.hypot(scale * rate.value * error, expected * rate.relative_error if rate.value else 0.0),
        ctau_mm=ctau,
    )


def _signatures(table: AcceptanceTable, experiment: Experiment) -> list[Signature]:
    by_name = {signature.name: signature for signature in experiment.signatures}
    return [by_name[name] for name in table.signatures]
