"""What a virtual A' becomes: leptons and hadrons by name, ids and the current that makes them.

A final state of chi2 is chi1 with one of these, one of A' is one of these alone. The hadrons are those that make up
the total below 1.04 GeV; what comes on top above it is `OTHER_HADRONS`, chiefly four pions, and has no list of
particles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from semivis_gen.constants import (
    ID_ELECTRON,
    ID_MUON,
    ID_PHOTON,
    ID_TAU,
    M_ELECTRON,
    M_KAON,
    M_KAON0,
    M_MUON,
    M_PION,
    M_PION0,
    M_TAU,
)
from semivis_gen.errors import ParameterError

__all__ = ["CHANNELS", "HADRONS", "LEPTONS", "LEPTON_MASSES", "OTHER_HADRONS", "Channel", "Current", "channel_names"]

ID_PION0, ID_PION, ID_KAON, ID_KAON_S, ID_KAON_L = 111, 211, 321, 310, 130  # PDG Monte Carlo numbering


class Current(StrEnum):
    """How the electromagnetic current makes the particles, which sets their angles."""

    FERMIONS = "fermions"
    """A pair of leptons of spin 1/2."""
    SCALARS = "scalars"
    """Two mesons of spin 0: the current is along their momenta."""
    PHOTON = "photon"
    """A meson of spin 0 and a photon: the current is across their momenta."""
    THREE_PIONS = "three pions"
    """Three pions by way of rho pi: the current is along the normal of their plane."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A final state of a virtual A'."""

    name: str
    """Name, as in branching fractions."""
    pdg: tuple[int, ...]
    """PDG ids in the order of the event record."""
    masses: tuple[float, ...]
    """Masses of the particles [GeV]."""
    current: Current
    """The current that makes it."""

    @property
    def threshold(self) -> float:
        """Sum of the masses [GeV]."""
        return sum(self.masses)


LEPTON_MASSES: Final = {"e": M_ELECTRON, "mu": M_MUON, "tau": M_TAU}
_LEPTON_IDS = {"e": ID_ELECTRON, "mu": ID_MUON, "tau": ID_TAU}
_MESONS = (
    Channel("pi+ pi-", (ID_PION, -ID_PION), (M_PION, M_PION), Current.SCALARS),
    Channel("pi0 gamma", (ID_PION0, ID_PHOTON), (M_PION0, 0.0), Current.PHOTON),
    Channel("pi+ pi- pi0", (ID_PION, -ID_PION, ID_PION0), (M_PION, M_PION, M_PION0), Current.THREE_PIONS),
    Channel("K+ K-", (ID_KAON, -ID_KAON), (M_KAON, M_KAON), Current.SCALARS),
    Channel("KS0 KL0", (ID_KAON_S, ID_KAON_L), (M_KAON0, M_KAON0), Current.SCALARS),
)
_PAIRS = tuple(
    Channel(f"{name}+ {name}-", (pdg, -pdg), (LEPTON_MASSES[name], LEPTON_MASSES[name]), Current.FERMIONS)
    for name, pdg in _LEPTON_IDS.items()
)
CHANNELS: Final = {channel.name: channel for channel in (*_PAIRS, *_MESONS)}
"""Every final state with a list of particles, by name."""
OTHER_HADRONS: Final = "other hadrons"
LEPTONS: Final = tuple(channel.name for channel in _PAIRS)
HADRONS: Final = (*(channel.name for channel in _MESONS), OTHER_HADRONS)
"""Names of the parts into which hadrons are divided."""


def channel_names(names: Iterable[str]) -> tuple[str, ...]:
    """Check names of final states; `leptons` and `hadrons` stand for all of theirs.

    Parameters
    ----------
    names : iterable of str
        Names such as `e+ e-`.

    Returns
    -------
    tuple of str
        Each name once, in the order of `LEPTONS` and `HADRONS`.

    Raises
    ------
    ParameterError
        Where a name is unknown or there is none.

    Examples
    --------
    >>> channel_names(["mu+ mu-", "e+ e-"])
    ('e+ e-', 'mu+ mu-')
    """
    groups = {"leptons": LEPTONS, "hadrons": HADRONS}
    asked = [single for name in names for single in groups.get(name, (name,))]
    known = (*LEPTONS, *HADRONS)
    unknown = [name for name in asked if name not in known]
    if unknown or not asked:
        msg = f"{unknown[0]!r} is" if unknown else "an empty list gives"
        msg += f" no final state of a virtual A': take some of {', '.join((*known, *groups))}"
        raise ParameterError(msg)
    return tuple(name for name in known if name in asked)
