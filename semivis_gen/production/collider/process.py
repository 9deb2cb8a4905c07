"""e+ e- -> gamma A' at a collider as a production process: settings, rate, events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.constants import ID_APRIME, ID_ELECTRON, ID_PHOTON, ID_POSITRON, M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.events import STATUS_FINAL, STATUS_INCOMING, Events, Topology
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate, boost
from semivis_gen.production.collider.cross_section import PhotonAprime, photon_aprime
from semivis_gen.production.collider.polarisation import polarised_direction
from semivis_gen.target import Collider, Source

__all__ = ["ColliderProduction", "ColliderSampler"]

TOPOLOGY = Topology(
    pdg=(ID_ELECTRON, ID_POSITRON, ID_PHOTON, ID_APRIME),
    status=(STATUS_INCOMING, STATUS_INCOMING, STATUS_FINAL, STATUS_FINAL),
    mothers=((-1, -1), (-1, -1), (0, 1), (0, 1)),
)
ROUNDING = 1e-12  # of a closed form


@dataclass(frozen=True, slots=True)
class ColliderProduction:
    """Electrons and positrons annihilate to a photon and A', at tree level with the electron's mass.

    Examples
    --------
    >>> from semivis_gen.target import Collider
    >>> rate = ColliderProduction(cos_theta_max=0.6).rate(0.3, Collider(5.29, 5.29))
    >>> f"{1e-6 * rate.value:.5f} pb at epsilon = 1e-3"
    '0.00183 pb at epsilon = 1e-3'
    """

    name: ClassVar[str] = "collider"
    beams: ClassVar[frozenset[int]] = frozenset({ID_ELECTRON, ID_POSITRON})
    colliding: ClassVar[bool] = True
    events_share: ClassVar[float] = 1.0

    cos_theta_max: float = 1.0
    """Largest |cos theta| of the photon against the beams in the centre-of-mass frame."""
    pt_min_GeV: float = 0.0  # noqa: N815
    """Smallest transverse momentum of the photon [GeV]."""

    def __post_init__(self) -> None:
        if not 0 < self.cos_theta_max <= 1:
            msg = f"collider: cos_theta_max = {self.cos_theta_max} must lie in (0, 1]"
            raise ParameterError(msg)
        if not 0 <= self.pt_min_GeV < math.inf:
            msg = f"collider: pt_min_GeV = {self.pt_min_GeV} must be zero or positive and finite"
            raise ParameterError(msg)

    def rate(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> Estimate:
        """See `Process.rate`: cross-section of all runs by luminosity; its error is that of rounding.

        Raises
        ------
        KinematicsError
            Where A' is too heavy for every run.
        """
        total = sum(share * run.sigma for share, run in self._runs(m_aprime, source, e_min))
        return Estimate(total, ROUNDING * total)

    def sampler(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> ColliderSampler:
        """See `Process.sampler`.

        Raises
        ------
        KinematicsError
            Where no A' has the energy.
        """
        runs = self._runs(m_aprime, source, e_min)
        weights = np.array([share * run.sigma for share, run in runs])
        if not weights.any():
            msg = f"no photon beside A' of {m_aprime:g} GeV above {e_min:g} GeV passes the cuts of collider: relax them"
            raise KinematicsError(msg)
        return ColliderSampler(m_aprime, _collider(source), tuple(run for _, run in runs), weights / weights.sum())

    def _runs(self, m_aprime: float, source: Source, e_min: float) -> list[tuple[float, _Run]]:
        collider = _collider(source)
        found = []
        for share, sqrt_s, momenta in zip(collider.luminosity_shares, collider.sqrt_s, collider.momenta, strict=True):
            if m_aprime < sqrt_s:
                reaction = photon_aprime(float(sqrt_s), m_aprime)
                found.append((float(share), _Run(reaction, momenta, *self._cosines(reaction, momenta, e_min))))
        if not found:
            photon_aprime(float(collider.sqrt_s.max()), m_aprime)  # says what is wrong
        return found

    def _cosines(self, reaction: PhotonAprime, momenta: FloatArray, e_min: float) -> tuple[float, float]:
        """Smallest and largest cosine; both the same where none is left."""
        energy, k = reaction.photon_energy, self.pt_min_GeV
        if k >= energy:
            return 0.0, 0.0
        high = min(self.cos_theta_max, math.sqrt((1 - k / energy) * (1 + k / energy)))
        low = -high
        root, total, along = math.sqrt(reaction.s), float(np.hypot(momenta, M_ELECTRON).sum()), float(momenta.sum())
        # the photon has (total + along c)/root energy in the lab and A' the rest
        room, slope = (total - e_min) * root / energy - total, along
        if slope > 0:
            high = min(high, room / slope)
        elif slope < 0:
            low = max(low, room / slope)
        elif room < 0:
            return 0.0, 0.0
        return (low, high) if low < high else (0.0, 0.0)

    @staticmethod
    def direction(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
        """See `Process.direction` and `polarised_direction`; None for records of another form."""
        n, k = len(events), len(TOPOLOGY.pdg)
        if not n or len(events.pdg) != n * k or not (np.abs(events.pdg.reshape(n, k)[:, 3]) == ID_APRIME).all():
            return None
        momentum, mass = events.momentum.reshape(n, k, 3), events.mass.reshape(n, k)
        return polarised_direction(momentum[:, :2], mass[:, :2], momentum[:, 3], mass[:, 3], masses, rng)


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One energy."""

    reaction: PhotonAprime
    momenta: FloatArray
    low: float
    high: float

    @property
    def shape(self) -> tuple[float, ...]:
        """What decides the angles: the coefficients, 1 - b^2, and both ends in eta."""
        r = self.reaction
        return r.flat, r.peak, r.flip, r.gap, r.eta(self.low), r.eta(self.high)

    @property
    def sigma(self) -> float:
        """Cross-section within the cuts at epsilon = 1 [pb]."""
        return self.reaction.integral(self.low, self.high)


@dataclass(frozen=True, slots=True, eq=False)
class ColliderSampler:
    """Draws e+ e- -> gamma A' from the exact distribution, by rejection in eta."""

    m_aprime: float
    """Mass of A' [GeV]."""
    collider: Collider
    """The beams."""
    runs: tuple[_Run, ...]
    """Energies at which A' is made."""
    shares: FloatArray
    """Shares of the events, shape (runs,)."""

    def sample(self, n: int, rng: np.random.Generator) -> Events:
        """Draw n events of weight one, in the lab; see `Sampler.sample`."""
        which = np.minimum(np.searchsorted(np.cumsum(self.shares), rng.random(n), side="right"), len(self.runs) - 1)
        cosine, sine = self._angles(which, rng)
        turn = 2 * math.pi * rng.random(n)
        energy = self._each(which, [run.reaction.photon_energy for run in self.runs])
        star = energy[:, None] * np.stack([sine * np.cos(turn), sine * np.sin(turn), cosine], axis=1)
        momentum, mass = np.zeros((n, 4, 3)), np.zeros((n, 4))
        momentum[:, :2, 2] = np.array([run.momenta for run in self.runs])[which]
        mass[:, :2], mass[:, 3] = M_ELECTRON, self.m_aprime
        whole = momentum[:, 0] + momentum[:, 1]
        total = np.hypot(momentum[:, :2, 2], M_ELECTRON).sum(axis=1)
        momentum[:, 2] = boost(star, energy, whole, total, self._each(which, [r.reaction.s**0.5 for r in self.runs]))
        momentum[:, 3] = whole - momentum[:, 2]
        events = Events.from_topology(TOPOLOGY, momentum, mass)
        if self.collider.beam_id != ID_ELECTRON:
            events.pdg.reshape(n, 4)[:, :2] *= -1
        return events

    def _each(self, which: IndexArray, values: list[float]) -> FloatArray:
        return np.asarray(np.array(values)[which])

    def _angles(self, which: IndexArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Cosine and sine of the photon's angle in the centre-of-mass frame, shapes (n,)."""
        flat, peak, flip, gap, low, high = np.array([run.shape for run in self.runs])[which].T
        eta, left = np.empty(len(which)), np.arange(len(which))
        while len(left):
            tries = low[left] + (high[left] - low[left]) * rng.random(len(left))
            height = flat[left] / np.cosh(tries) ** 2 + peak[left] + flip[left] * np.cosh(2 * tries)
            taken = rng.random(len(left)) * peak[left] < height
            eta[left[taken]] = tries[taken]
            left = left[~taken]
        velocity = np.sqrt(1 - gap)
        sine = np.sqrt(np.maximum(1 / np.cosh(eta) ** 2 - gap, 0.0)) / velocity
        return np.clip(np.tanh(eta) / velocity, -1.0, 1.0), sine


def _collider(source: Source) -> Collider:
    if not isinstance(source, Collider):
        msg = f"collider needs two beams that collide: give a Collider, not a {type(source).__name__}"
        raise ParameterError(msg)
    return source
