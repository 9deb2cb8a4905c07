"""Names, masses and widths of particles: the PDG's table as `particle` has it, the dark sector from our own.

The table is read when a particle is first asked for. `semivis_gen.constants` holds the few masses that formulas use,
from one edition; the test beside this file keeps both together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from semivis_gen.constants import HBARC_GEV_MM, ID_APRIME, ID_CHI1, ID_CHI2
from semivis_gen.errors import ParameterError

if TYPE_CHECKING:
    from particle import Particle as Entry

__all__ = ["MESONS", "Particle", "label", "labels"]

MESONS: Final = {"pi0": 111, "eta": 221, "eta'": 331, "rho": 113, "omega": 223, "phi": 333}
"""Ids of the neutral mesons that make A', by the field's short names."""
DARK: Final = {ID_APRIME: "A'", ID_CHI1: "chi1", ID_CHI2: "chi2"}


@dataclass(frozen=True, slots=True)
class Particle:
    """A particle of the standard model."""

    pdg: int
    """PDG id."""
    name: str
    """As the PDG writes it: "e-", "eta'(958)"."""
    mass: float
    """Mass [GeV]."""
    mass_error: float
    """Its error [GeV], the larger of both sides."""
    width: float
    """Width [GeV]; zero where stable."""

    @classmethod
    def of(cls, pdg: int) -> Particle:
        """Look a particle up.

        Parameters
        ----------
        pdg : int
            PDG id, negative for antiparticles.

        Returns
        -------
        Particle
            From the table of the installed `particle`.

        Raises
        ------
        ParameterError
            Where the table has no such particle, no mass or no width of it.

        Examples
        --------
        >>> Particle.of(-13).name
        'mu+'
        >>> round(Particle.of(MESONS["pi0"]).mass, 5)
        0.13498
        """
        return _look_up(int(pdg))

    @property
    def ctau(self) -> float:
        """Proper decay length [mm]; inf where stable."""
        return HBARC_GEV_MM / self.width if self.width else math.inf


@cache
def _look_up(pdg: int) -> Particle:
    entry = _entry(pdg)
    if entry is None or entry.mass is None or entry.width is None:
        msg = f"the PDG's table has no particle {label(pdg)} with mass and width: take another PDG id"
        raise ParameterError(msg)
    errors = (entry.mass_lower or 0.0, entry.mass_upper or 0.0)
    return Particle(pdg, entry.name, entry.mass / 1000, max(errors) / 1000, entry.width / 1000)  # MeV there


@cache
def _entry(pdg: int) -> Entry | None:
    from particle import InvalidParticle, Particle as Entry, ParticleNotFound

    try:
        return Entry.from_pdgid(pdg)
    except (InvalidParticle, ParticleNotFound):
        return None


def label(pdg: int) -> str:
    """Id with its name, for messages.

    Parameters
    ----------
    pdg : int
        PDG id, or one of the dark sector.

    Returns
    -------
    str
        "11 (e-)", "58 (chi2)", or the id alone where it has no name.

    Examples
    --------
    >>> label(58), label(-11), label(9900077)
    ('58 (chi2)', '-11 (e+)', '9900077')
    """
    number = int(pdg)
    if abs(number) in DARK:
        return f"{number} ({DARK[abs(number)]})"
    entry = _entry(number)
    return str(number) if entry is None else f"{number} ({entry.name})"


def labels(pdgs: Iterable[int]) -> str:
    """Several ids with their names, for messages.

    Parameters
    ----------
    pdgs : iterable of int
        PDG ids.

    Returns
    -------
    str
        "52 (chi1), 22 (gamma)".
    """
    return ", ".join(map(label, pdgs))
