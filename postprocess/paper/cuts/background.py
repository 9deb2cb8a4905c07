"""How the background depends on the cuts: an assumed law through the published background at the published cuts.

No publication gives it. Each cut c multiplies the background of its signature by

    exp[-(c - c_0)/L]    (exponential; L an energy)        or        (c/c_0)^(-p)    (power),

one at the published cut c_0, the cuts independent of each other. S1: hadrons that fake an electromagnetic cluster, in
missing and in visible energy. S2: leaking hadrons, in missing energy. Neither the laws nor their constants are known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from postprocess.experiment import Experiment
from postprocess.limits import LimitModel
from semivis_gen.errors import ParameterError

__all__ = ["BackgroundScaling", "Cuts", "Law", "published_cuts"]


class Law(StrEnum):
    """Shape of the background in a cut."""

    EXPONENTIAL = "exponential"
    """Constants are energies [GeV] over which it falls by e."""
    POWER = "power"
    """Constants are exponents."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Cuts of the search that are varied [GeV]."""

    s1_missing: float
    """Least missing energy of S1."""
    s1_visible: float
    """Least visible energy of S1."""
    s2_missing: float
    """Least missing energy of S2."""


@dataclass(frozen=True, slots=True)
class BackgroundScaling:
    """The law and its constants. All defaults are assumed.

    Raises
    ------
    ParameterError
        Where a constant is not positive.
    """

    law: Law = Law.EXPONENTIAL
    """The law."""
    s1_missing: float = 20.0
    """Constant for the missing energy of S1."""
    s1_visible: float = 20.0
    """Constant for the visible energy of S1."""
    s2_missing: float = 20.0
    """Constant for the missing energy of S2."""

    def __post_init__(self) -> None:
        for name in ("s1_missing", "s1_visible", "s2_missing"):
            if not getattr(self, name) > 0:
                msg = f"background constant {name} = {getattr(self, name)} must be positive: stricter cuts leave less"
                raise ParameterError(msg)

    def factors(self, cuts: Cuts, published: Cuts) -> tuple[float, float]:
        """Backgrounds of S1 and S2 over the published ones.

        Parameters
        ----------
        cuts, published : Cuts
            Those asked for, and those to which the published background belongs.

        Returns
        -------
        float, float
            S1, S2.
        """

        def one(name: str) -> float:
            cut, anchor, constant = (getattr(x, name) for x in (cuts, published, self))
            if self.law is Law.EXPONENTIAL:
                return math.exp(-(cut - anchor) / constant)
            return float((cut / anchor) ** -constant)

        return one("s1_missing") * one("s1_visible"), one("s2_missing")

    def model(self, card_model: LimitModel, cuts: Cuts, published: Cuts) -> LimitModel:
        """Counting experiment with other cuts: the backgrounds scaled, with equal relative errors.

        Parameters
        ----------
        card_model : LimitModel
            That of the card, with bins S1 and S2.
        cuts, published : Cuts
            As for `factors`.

        Returns
        -------
        LimitModel
            The counts observed are those of the card.
        """
        factors = dict(zip(("S1", "S2"), self.factors(cuts, published), strict=True))
        scale = [factors[name] for name in card_model.names]
        return replace(
            card_model,
            background=tuple(b * x for b, x in zip(card_model.background, scale, strict=True)),
            background_error=tuple(b * x for b, x in zip(card_model.background_error, scale, strict=True)),
        )


def published_cuts(card: Experiment) -> Cuts:
    """Cuts of a card that has S1 and S2.

    Parameters
    ----------
    card : Experiment
        The card.

    Returns
    -------
    Cuts
        Its values.

    Raises
    ------
    ParameterError
        Where it lacks one of them.
    """
    by_name = {s.name: s for s in card.signatures}
    first, second = by_name.get("S1"), by_name.get("S2")
    if (
        first is None
        or second is None
        or first.visible is None
        or first.missing_energy_min_GeV is None
        or second.missing_energy_min_GeV is None
    ):
        msg = f"{card.name} has no S1 and S2 with cuts on missing and visible energy: there is nothing to optimise"
        raise ParameterError(msg)
    return Cuts(
        first.missing_energy_min_GeV.value, first.visible.energy_min_GeV.value, second.missing_energy_min_GeV.value
    )
