"""Cuts that make the expected limit strongest, for a stated model of how the background depends on them.

No publication gives the background as a function of the cuts. The model here is an exponential around the published
cut with the published background,

    b(cut) = b_0 exp[-(cut - cut_0)/scale],

hadrons that fake an electromagnetic cluster for the visible energy of S1, leaking energy for the missing energy of
S2. The scales are assumptions; what the optimum gains is quoted for several.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from postprocess.acceptance import accept
from postprocess.experiment import Experiment, Mode, Signature
from postprocess.gminus2 import FERMILAB_2021
from postprocess.limitmodel import LimitModel
from postprocess.limits import upper_limit
from postprocess.yields import expected_yields, production_estimate
from semivis_gen.chain import decay_chain
from semivis_gen.events import Events
from semivis_gen.generate import generate
from semivis_gen.model import DarkMasses
from semivis_gen.widths import ctau_mm, gamma_chi2_total

__all__ = ["MISSING_CUTS", "VISIBLE_CUTS", "CutChoice", "best_cuts", "mean_expected_limit", "signal_against_cuts"]

VISIBLE_CUTS = (5.0, 10.0, 15.0, 20.0, 30.0)  # [GeV]
MISSING_CUTS = (40.0, 50.0, 60.0, 70.0, 80.0)  # [GeV]
SCALES_GEV = (5.0, 10.0, 20.0, 40.0)
NEIGHBOURS = np.array([0.98, 1.0, 1.02])  # lifetimes around the one that counts, for the table's interpolation
RARE = 1e-4  # outcomes less probable than this do not count in the mean


@dataclass(frozen=True, slots=True)
class CutChoice:
    """The best cuts for one background scale."""

    scale_GeV: float  # noqa: N815
    """Energy over which the background falls by e [GeV]."""
    visible_GeV: float  # noqa: N815
    """Best visible energy of S1 [GeV]."""
    missing_GeV: float  # noqa: N815
    """Best missing energy of S2 [GeV]."""
    gain: float
    """Mean expected limit on the signal strength with the card's cuts over that with the best ones, less one."""


def _changed(card: Experiment, *, visible: float, missing: float) -> Experiment:
    def moved(signature: Signature) -> Signature:
        if signature.visible is not None:
            cut = signature.visible.energy_min_GeV.model_copy(update={"value": visible})
            return signature.model_copy(
                update={"visible": signature.visible.model_copy(update={"energy_min_GeV": cut})}
            )
        assert signature.missing_energy_min_GeV is not None  # noqa: S101  (for the type checker)
        cut = signature.missing_energy_min_GeV.model_copy(update={"value": missing})
        return signature.model_copy(update={"missing_energy_min_GeV": cut})

    return card.model_copy(update={"signatures": tuple(moved(s) for s in card.signatures)})


def signal_against_cuts(
    card: Experiment, masses: DarkMasses, *, alpha_d: float, events: int, seed: int
) -> tuple[dict[float, float], dict[float, float]]:
    """Expected S1 for each visible-energy cut and S2 for each missing-energy cut, on the central (g-2)_mu line.

    Parameters
    ----------
    card : Experiment
        A card with S1 and S2.
    masses : DarkMasses
        The point.
    alpha_d : float
        Dark coupling.
    events, seed : int
        Size and seed of the sample, the same for all cuts.

    Returns
    -------
    s1, s2 : dict
        Expected events by cut [GeV].
    """
    loosest = _changed(card, visible=min(VISIBLE_CUTS), missing=min(MISSING_CUTS))
    e_min = loosest.e_min()
    target = loosest.thick_target()
    rng = np.random.default_rng([seed, 2])
    chunks: list[Events] = [
        decay_chain(chunk, masses, rng)
        for chunk in generate(masses, target, n_events=events, seed=seed, e_min_aprime=e_min, chain=False)
    ]
    epsilon = float(FERMILAB_2021.epsilon(np.array([masses.m_aprime]))[0])

    lifetime = float(ctau_mm(gamma_chi2_total(masses, alpha_d, epsilon)))

    def expected(index: int, **cuts: float) -> float:
        changed = _changed(card, **({"visible": min(VISIBLE_CUTS), "missing": min(MISSING_CUTS)} | cuts))
        table = accept(chunks, changed, ctau_mm=lifetime * NEIGHBOURS, seed=seed, masses=masses)
        rate = production_estimate(changed, masses)
        return float(expected_yields(table, changed, rate, alpha_d=alpha_d, epsilon=epsilon).expected[index])

    names = [s.name for s in card.signatures_of(Mode.SEMIVISIBLE)]
    s1 = {cut: expected(names.index("S1"), visible=cut) for cut in VISIBLE_CUTS}
    s2 = {cut: expected(names.index("S2"), missing=cut) for cut in MISSING_CUTS}
    return s1, s2


def mean_expected_limit(model: LimitModel, signal: Sequence[float]) -> float:
    """Mean of the CLs limit on the signal strength over what background alone would give.

    Medians jump between outcomes for so few events; the mean is smooth in the background.

    Parameters
    ----------
    model : LimitModel
        Backgrounds and uncertainties.
    signal : sequence of float
        Expected signal of each bin at unit strength.

    Returns
    -------
    float
        The limit: a factor on the given signal. Twice the signal halves it.
    """
    total, weight = 0.0, 0.0
    counts = [[n for n in range(_most(b)) if _poisson(n, b) > RARE] for b in model.background]
    for outcome in product(*counts):
        probability = math.prod(_poisson(n, b) for n, b in zip(outcome, model.background, strict=True))
        if probability < RARE:
            continue
        total += probability * float(upper_limit(replace(model, observed=outcome), np.asarray(signal)))
        weight += probability
    return total / weight / float(np.sum(signal))  # upper_limit counts events


def _most(mean: float) -> int:
    """Counts above which a Poisson count hardly ever lies."""
    return math.ceil(mean + 6 * math.sqrt(mean)) + 4


def _poisson(n: int, mean: float) -> float:
    return math.exp(-mean) * mean**n / math.factorial(n)


def best_cuts(
    card: Experiment,
    s1: dict[float, float],
    s2: dict[float, float],
    *,
    scales: Sequence[float] = SCALES_GEV,
    limit: Callable[[LimitModel, Sequence[float]], float] = mean_expected_limit,
) -> list[CutChoice]:
    """Cuts with the strongest expected limit on the signal strength.

    Parameters
    ----------
    card : Experiment
        Its cuts and backgrounds anchor the background model.
    s1, s2 : dict
        Expected signal by cut, from `signal_against_cuts`; the card's own cuts must be among the keys.
    scales : sequence of float
        Energies over which the background falls by e [GeV].
    limit : callable
        Expected limit on the signal strength for a model and a signal.

    Returns
    -------
    list of CutChoice
        One a scale.
    """
    model = LimitModel.from_experiment(card)
    first, second = (next(s for s in card.signatures if s.name == name) for name in ("S1", "S2"))
    assert first.visible is not None  # noqa: S101  (for the type checker)
    assert second.missing_energy_min_GeV is not None  # noqa: S101
    now = first.visible.energy_min_GeV.value, second.missing_energy_min_GeV.value
    choices = []
    for scale in scales:
        found = {}
        for visible, n1 in s1.items():
            for missing, n2 in s2.items():
                falls = (math.exp(-(visible - now[0]) / scale), math.exp(-(missing - now[1]) / scale))
                changed = LimitModel(
                    background=tuple(b * f for b, f in zip(model.background, falls, strict=True)),
                    background_error=tuple(b * f for b, f in zip(model.background_error, falls, strict=True)),
                    observed=model.observed,
                    nuisances=model.nuisances,
                    names=model.names,
                )
                found[visible, missing] = limit(changed, (n1, n2))
        best = min(found, key=lambda cuts: found[cuts])
        choices.append(CutChoice(scale, *best, found[now] / found[best] - 1))
    return choices
