"""The physics point as an SLHA block list: what MadGraph and Pythia read and MadGraph writes.

Blocks as in the UFO model's param_card: SMINPUTS, DARK (eps, alphad, delta), MASS, DECAY with branchings.
MadGraph repeats each parameter's name as comment; these names, not the numbers, identify entries of DARK, so
that param_cards of similar models are understood too. SLHA: hep-ph/0311123.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from semivis_gen.constants import ALPHA, ID_ELECTRON, ID_MUON, M_ELECTRON, M_MUON
from semivis_gen.errors import SemivisError
from semivis_gen.events import IdMap, RunInfo
from semivis_gen.io.header import digits
from semivis_gen.model import CHANNELS, DarkMasses, DarkSector, compute_widths

__all__ = ["ParamCard", "read_slha", "write_slha"]

EPSILON_NAMES = ("eps", "epsilon")
ALPHA_D_NAMES = ("alphad", "ad", "alpha_d")
DELTA_NAMES = ("delta",)
CARD_DIGITS = 6  # cards hold one more: 0.1/0.03333333 = 3.0000003 is 3
WIDTH_TOLERANCE = 0.02
QNUMBERS = {"aprime": 3, "chi1": 2, "chi2": 2}  # number of spin states


@dataclass(frozen=True, slots=True)
class ParamCard:
    """What a param_card says about the dark sector."""

    mass: dict[int, float] = field(default_factory=dict)
    """Masses [GeV] by id."""
    width: dict[int, float] = field(default_factory=dict)
    """Widths [GeV] by id."""
    dark: dict[str, float] = field(default_factory=dict)
    """Entries of the block DARK by the name in their comment."""

    def _named(self, names: tuple[str, ...]) -> float | None:
        return next((self.dark[name] for name in names if name in self.dark), None)

    @property
    def epsilon(self) -> float | None:
        """Kinetic mixing, where given."""
        return self._named(EPSILON_NAMES)

    def masses(self, ids: IdMap) -> DarkMasses | None:
        """Masses of the dark sector; None where one is missing or they make no sense."""
        m_aprime, m_chi1 = self.mass.get(ids.aprime, 0.0), self.mass.get(ids.chi1, 0.0)
        if not (m_aprime > 0 and m_chi1 > 0):
            return None
        delta = self._named(DELTA_NAMES)
        if delta is not None:
            splitting = _rounded(delta / m_chi1)
        else:  # a difference of masses has absolute, not relative, precision
            splitting = round((self.mass.get(ids.chi2, 0.0) - m_chi1) / m_chi1, CARD_DIGITS)
        try:
            return DarkMasses(m_aprime, _rounded(m_aprime / m_chi1), splitting)
        except SemivisError:
            return None

    def point(self, ids: IdMap) -> DarkSector | None:
        """The physics point whose lifetimes the events have.

        None where the card does not give it, or where its chi2 width is not the exact one: then the lifetimes in
        the file do not belong to (epsilon, alpha_D).
        """
        masses, epsilon, alpha_d = self.masses(ids), self.epsilon, self._named(ALPHA_D_NAMES)
        if masses is None or epsilon is None or alpha_d is None:
            return None
        try:
            point = DarkSector(masses, alpha_d, epsilon)
        except SemivisError:
            return None
        exact = compute_widths(point).gamma_chi2
        return point if math.isclose(self.width.get(ids.chi2, 0.0), exact, rel_tol=WIDTH_TOLERANCE) else None


def _rounded(value: float) -> float:
    return float(f"{value:.{CARD_DIGITS}g}")


def read_slha(text: str) -> ParamCard:
    """Read the blocks MASS and DARK and the widths.

    Parameters
    ----------
    text : str
        Content of a param_card.

    Returns
    -------
    ParamCard
        What was found; lines that do not parse are someone else's blocks.
    """
    card = ParamCard()
    block = ""
    for line in text.splitlines():
        body, _, comment = line.partition("#")
        words = body.split()
        keyword = words[0].upper() if words else ""
        if keyword == "BLOCK":
            block = words[1].upper() if len(words) > 1 else ""
        elif keyword == "DECAY" and len(words) > 2:
            block = ""
            _store(card.width, words[1], words[2])
        elif block == "MASS" and len(words) == 2:
            _store(card.mass, words[0], words[1])
        elif block == "DARK" and len(words) == 2 and comment.split():
            value = _number(words[1])
            if value is not None:
                card.dark[comment.split()[0].lower()] = value
    return card


def _number(word: str) -> float | None:
    try:
        value = float(word.lower().replace("d", "e"))  # Fortran writes 1.0D-03
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _store(table: dict[int, float], pdg: str, word: str) -> None:
    value = _number(word)
    if value is not None and re.fullmatch(r"[+-]?\d{1,10}", pdg):
        table[int(pdg)] = value


def write_slha(info: RunInfo, ids: IdMap) -> str:
    """Blocks of a physics point; masses only where lifetimes are not sampled.

    Parameters
    ----------
    info : RunInfo
        Masses and point.
    ids : IdMap
        Ids of the file.

    Returns
    -------
    str
        Lines ending with a line break; empty where not even masses are known.
    """
    masses, point = info.masses, info.point
    if masses is None:
        return ""
    lines = ["BLOCK SMINPUTS #", f"  1 {1 / ALPHA:.16g} # aewm1"]
    lines += ["BLOCK DARK #"]
    if point is not None:
        lines += [f"  1 {digits(point.epsilon)} # eps", f"  2 {digits(point.alpha_d)} # alphad"]
    lines += [f"  3 {digits(masses.delta)} # delta"]
    named = [(ID_ELECTRON, M_ELECTRON, "me"), (ID_MUON, M_MUON, "mmu"), (ids.chi1, masses.m_chi1, "mx1")]
    named += [(ids.aprime, masses.m_aprime, "map"), (ids.chi2, masses.m_chi2, "mx2")]
    if info.target_id and info.target_mass:
        named.append((info.target_id, info.target_mass, "mnuc"))
    lines += ["BLOCK MASS #", *(f"  {pdg} {digits(mass)} # {name}" for pdg, mass, name in named)]
    if point is not None:
        lines += _decays(point, ids)
    native = IdMap()
    for name, states in QNUMBERS.items():
        pdg = getattr(ids, name)
        if pdg != getattr(native, name):  # Pythia knows semivis's own ids, not any other
            lines += [f"BLOCK QNUMBERS {pdg} # {name}", "  1 0", f"  2 {states}", "  3 1", "  4 0"]
    return "\n".join(lines) + "\n"


def _decays(point: DarkSector, ids: IdMap) -> list[str]:
    widths = compute_widths(point)
    channels = {"chi1 chi2": [ids.chi1, ids.chi2]}
    for name, channel in CHANNELS.items():
        channels[name] = sorted(channel.pdg)
        channels[f"chi1 {name}"] = [ids.chi1, *sorted(channel.pdg)]
    lines = [f"DECAY {ids.chi1} 0.0 #"]
    for pdg, width, branching in (
        (ids.aprime, widths.gamma_aprime, widths.branching_aprime),
        (ids.chi2, widths.gamma_chi2, widths.branching_chi2),
    ):
        lines.append(f"DECAY {pdg} {digits(width)} #")
        for name, fraction in branching.items():
            if fraction > 0 and name in channels:  # other hadrons are no list of particles
                products = channels[name]
                lines.append(f"  {digits(fraction)} {len(products)} {' '.join(map(str, products))} # {name}")
    return lines
