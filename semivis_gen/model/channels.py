"""What a virtual A' becomes: leptons and hadrons by name, ids and the current that makes them.

A final state of chi2 is chi1 with one of these, one of A' is one of these alone. The hadrons make up all of R(s): two
and three mesons below 1.04 GeV, four pions and more above (`many_hadrons`). Other programs make others: `OTHER_HADRONS`
stands for those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

__all__ = [
    "CHANNELS",
    "DECAYS",
    "DECAY_NAMES",
    "HADRONS",
    "LEPTONS",
    "LEPTON_MASSES",
    "OTHER_HADRONS",
    "Channel",
    "Current",
    "channel_names",
    "channel_of",
]

ID_GLUON = 21
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
    FLAT = "flat"
    """Several mesons whose current is not known: flat phase space, without regard to the current."""


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
_PARTICLES = {  # ids and masses by the names that final states are made of
    "pi+": (ID_PION, M_PION), "pi-": (-ID_PION, M_PION), "pi0": (ID_PION0, M_PION0), "K+": (ID_KAON, M_KAON),
    "K-": (-ID_KAON, M_KAON), "KS0": (ID_KAON_S, M_KAON0), "KL0": (ID_KAON_L, M_KAON0),
}  # fmt: skip
_MANY = (
    "2pi+ 2pi-", "pi+ pi- 2pi0", "2pi+ 2pi- pi0", "pi+ pi- 3pi0", "3pi+ 3pi-", "2pi+ 2pi- 2pi0", "K+ K- pi0",
    "KS0 K+ pi-", "KS0 K- pi+", "KL0 K+ pi-", "KL0 K- pi+", "K+ K- pi+ pi-", "K+ K- 2pi0",
)  # fmt: skip


def _flat(name: str) -> Channel:
    """Several mesons as their name has them: a number in front of one says how often it is there."""
    words = [(int(word[0]), word[1:]) if word[0].isdigit() else (1, word) for word in name.split()]
    found = [_PARTICLES[word] for number, word in words for _ in range(number)]
    return Channel(name, tuple(pdg for pdg, _ in found), tuple(mass for _, mass in found), Current.FLAT)


_PAIRS = tuple(
    Channel(f"{name}+ {name}-", (pdg, -pdg), (LEPTON_MASSES[name], LEPTON_MASSES[name]), Current.FERMIONS)
    for name, pdg in _LEPTON_IDS.items()
)
CHANNELS: Final = {channel.name: channel for channel in (*_PAIRS, *_MESONS, *map(_flat, _MANY))}
"""Every final state that is made here, by name."""
OTHER_HADRONS: Final = "other hadrons"
"""Hadrons in events of other programs that are none of these."""
LEPTONS: Final = tuple(channel.name for channel in _PAIRS)
HADRONS: Final = (*(channel.name for channel in _MESONS), *_MANY)
"""Names of the parts into which hadrons are divided."""
DECAYS: Final = (*LEPTONS, *HADRONS, OTHER_HADRONS)
"""Names of all final states."""
GROUPS: Final = {"leptons": LEPTONS, "hadrons": (*HADRONS, OTHER_HADRONS)}
DECAY_NAMES: Final = (*DECAYS, *GROUPS)
"""Names that `channel_names` takes."""


def channel_names(names: Iterable[str]) -> tuple[str, ...]:
    """Check names of final states; `leptons` and `hadrons` stand for all of theirs.

    Parameters
    ----------
    names : iterable of str
        Names such as `e+ e-`.

    Returns
    -------
    tuple of str
        Each name once, in the order of `DECAYS`.

    Raises
    ------
    ParameterError
        Where a name is unknown or there is none.

    Examples
    --------
    >>> channel_names(["mu+ mu-", "e+ e-"])
    ('e+ e-', 'mu+ mu-')
    """
    asked = [single for name in names for single in GROUPS.get(name, (name,))]
    unknown = [name for name in asked if name not in DECAYS]
    if unknown or not asked:
        msg = f"{unknown[0]!r} is" if unknown else "an empty list gives"
        msg += f" no final state of a virtual A': take some of {', '.join(DECAY_NAMES)}"
        raise ParameterError(msg)
    return tuple(name for name in DECAYS if name in asked)


def channel_of(pdg: Sequence[int]) -> str | None:
    """Find the final state that particles make.

    Parameters
    ----------
    pdg : sequence of int
        PDG ids of all of them, in any order.

    Returns
    -------
    str or None
        A name of `DECAYS`: that of the list of particles, `other hadrons` for hadrons that are in none, with photons
        or quarks or without, of no charge together. None for anything else.

    Examples
    --------
    >>> channel_of([-211, 211]), channel_of([221, 211, -211]), channel_of([11, -11, 22])
    ('pi+ pi-', 'other hadrons', None)
    """
    from particle import pdgid

    ids = sorted(pdg)
    for name, channel in CHANNELS.items():
        if sorted(channel.pdg) == ids:
            return name
    strong = [bool(pdgid.is_hadron(i) or pdgid.is_quark(i) or i == ID_GLUON) for i in ids]
    known = all(s or i == ID_PHOTON for s, i in zip(strong, ids, strict=True))
    neutral = sum(pdgid.three_charge(i) or 0 for i in ids) == 0
    return OTHER_HADRONS if any(strong) and known and neutral else None
