"""A' by mixing with rho, omega and phi of a proton dump.

    A' per proton = N_V theta_V^2,   theta_V^2 = (4 pi alpha / g_V^2) m_V^4 / [(m^2 - m_V^2)^2 + m_V^2 Gamma_V^2]

at epsilon = 1, with 4 pi alpha / g_V^2 = 3 Gamma(V -> e+ e-) / (alpha m_V) (Ilten, Soreq, Williams, Xue, 1801.04847;
Kyselov and Ovchynnikov, 2409.11096). A' takes the centre-of-mass momentum of V. It holds near the resonances; far from
them it is the size of what is not known. The form factor of `ProtonBremsstrahlung` has the rho and the omega that a
proton emits already, and N_V counts these as well: to take both counts them twice near 0.77 GeV, but phi only once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray, IntArray
from semivis_gen.constants import ALPHA, ID_PROTON
from semivis_gen.errors import KinematicsError
from semivis_gen.events import Events
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate, energy_of
from semivis_gen.production.mesons.bmpt import Collision
from semivis_gen.production.mesons.draw import MesonDraw
from semivis_gen.production.mesons.record import inclusive_events, proton_dump
from semivis_gen.production.mesons.species import MIXING, Meson, meson, per_kind
from semivis_gen.production.mesons.spectrum import Mesons
from semivis_gen.production.mesons.supply import FIT, check_kinds, mesons_of
from semivis_gen.target import ProtonDump, Source

__all__ = ["MixingSampler", "VectorMixing", "mixing_probability", "mixing_rate"]


def mixing_probability(kind: Meson, m_aprime: float) -> float:
    """theta_V^2: A' per vector meson at epsilon = 1.

    Parameters
    ----------
    kind : Meson
        rho, omega or phi.
    m_aprime : float
        Mass of A' [GeV].

    Returns
    -------
    float
        The probability, for small epsilon^2 times it.

    Examples
    --------
    >>> f"{mixing_probability(meson('rho'), meson('rho').mass):.2f}"
    '0.10'
    """
    m2, width = kind.mass**2, kind.width
    coupling = 3 * kind.ee_width / (ALPHA * kind.mass)
    return coupling * m2**2 / ((m_aprime**2 - m2) ** 2 + m2 * width**2)


@dataclass(frozen=True, slots=True)
class VectorMixing:
    """Vector mesons of a proton dump turn into A' by mixing; near rho and omega an alternative to bremsstrahlung."""

    name: ClassVar[str] = "vector_mixing"
    beams: ClassVar[frozenset[int]] = frozenset({ID_PROTON})
    events_share: ClassVar[float] = 0.3

    mesons: tuple[str, ...] = MIXING
    """Which mesons, some of rho, omega, phi."""
    spectrum: str = FIT
    """Where their momenta come from: bmpt, the fit of hep-ph/0101163, or the path of a file of mesons."""
    rho_per_proton: float | None = None
    """rho0 per proton; by beam energy, or those of the file, where absent."""
    omega_per_proton: float | None = None
    """omega per proton; by beam energy, or those of the file, where absent."""
    phi_per_proton: float | None = None
    """phi per proton; by beam energy, or those of the file, where absent."""

    def __post_init__(self) -> None:
        check_kinds(self, MIXING)

    def rate(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> Estimate:
        """See `Process.rate`."""
        return mixing_rate(m_aprime, *self._prepared(m_aprime, source), e_min=e_min)

    def sampler(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> MixingSampler:
        """See `Process.sampler`."""
        return MixingSampler.of(m_aprime, *self._prepared(m_aprime, source), e_min=e_min)

    def _prepared(self, m_aprime: float, source: Source) -> tuple[ProtonDump, Mesons]:
        dump = proton_dump(source, self.name)
        heaviest = Collision(dump.beam_energy).root_s
        if m_aprime >= heaviest:
            msg = f"vector_mixing: A' of {m_aprime:g} GeV is closed at sqrt(s) = {heaviest:g} GeV"
            raise KinematicsError(msg)
        return dump, mesons_of(dump, self, [meson(name) for name in self.mesons])

    @staticmethod
    def direction(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
        """See `Process.direction`: nothing is known of the spin of these mesons."""
        return None


def mixing_rate(m_aprime: float, dump: ProtonDump, mesons: Mesons, *, e_min: float = 0.0) -> Estimate:
    """A' by mixing per proton, at epsilon = 1.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    dump : ProtonDump
        Where they are made.
    mesons : Mesons
        Vector mesons of one proton.
    e_min : float
        Smallest A' energy [GeV].

    Returns
    -------
    Estimate
        Rate, with the numerical error of the fit's cells or the statistical one of a list.
    """

    def per_meson(pdg: IntArray, momentum: FloatArray) -> FloatArray:
        energy = energy_of(_aprime(pdg, momentum, m_aprime, dump), m_aprime)
        return np.where(energy >= e_min, _probabilities(pdg, m_aprime), 0.0)

    return mesons.total(per_meson)


def _probabilities(pdg: IntArray, m_aprime: float) -> FloatArray:
    return per_kind(pdg, lambda kind: mixing_probability(kind, m_aprime))


def _aprime(pdg: IntArray, momentum: FloatArray, m_aprime: float, dump: ProtonDump) -> FloatArray:
    """Momenta of A' with the centre-of-mass momenta of the mesons [GeV], shape (n, 3)."""
    mass = per_kind(pdg, lambda kind: kind.mass)
    gamma = Collision(dump.beam_energy).gamma
    flow = np.sqrt((gamma - 1) * (gamma + 1))
    out = momentum.copy()
    along = gamma * momentum[:, 2] - flow * energy_of(momentum, mass)
    out[:, 2] = along
    out[:, 2] = gamma * along + flow * energy_of(out, m_aprime)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class MixingSampler:
    """A' in place of vector mesons."""

    m_aprime: float
    """Mass of A' [GeV]."""
    dump: ProtonDump
    """Where they are made."""
    draw: MesonDraw
    """Draws the mesons."""

    @classmethod
    def of(cls, m_aprime: float, dump: ProtonDump, mesons: Mesons, *, e_min: float) -> MixingSampler:
        """Sampler above an energy [GeV].

        Raises
        ------
        KinematicsError
            Where no A' has it.
        """
        # at most as much more energy as the mass brings
        gamma = Collision(dump.beam_energy).gamma
        more = per_kind(mesons.pdg, lambda kind: gamma * max(m_aprime - kind.mass, 0.0))
        bound = (mesons.top + more >= e_min).astype(float)
        if mixing_rate(m_aprime, dump, mesons, e_min=e_min).value == 0:
            msg = f"no vector meson of {dump.beam_energy:g} GeV protons makes an A' above {e_min:g} GeV: lower it"
            raise KinematicsError(msg)

        def share(entry: IndexArray, momentum: FloatArray) -> FloatArray:
            energy = energy_of(_aprime(mesons.pdg[entry], momentum, m_aprime, dump), m_aprime)
            return np.asarray(energy >= e_min, dtype=float)

        return cls(m_aprime, dump, MesonDraw.of(mesons, _probabilities(mesons.pdg, m_aprime), bound, share))

    def sample(self, n: int, rng: np.random.Generator) -> Events:
        """Draw n events of weight one; see `Sampler.sample`."""
        entry, momentum = self.draw.sample(n, rng)
        aprime = _aprime(self.draw.mesons.pdg[entry], momentum, self.m_aprime, self.dump)
        return inclusive_events(self.dump, aprime, self.m_aprime, rng)
