"""Sampling of e- N -> e- N A' from the exact differential cross-section, unweighted by default.

The unit cube of `bremsstrahlung.unit_cube` and the azimuth are cut into cells, for each nucleus and each of a few
energy ranges. A cell is drawn with the probability of its envelope (the largest integrand found in it), the point
uniformly inside, and kept with integrand / envelope. Points above the envelope, about 1 % of all, are kept with
their ratio as weight (1.1 on average), which leaves every distribution exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from semivis_gen.errors import KinematicsError
from semivis_gen.formfactors import Nucleus, g2
from semivis_gen.production.bremsstrahlung import unit_cube
from semivis_gen.production.phase_space import Kinematics, Reaction
from semivis_gen.production.rate import atoms_per_radiation_length
from semivis_gen.production.target import ThickTarget, ThinTarget

__all__ = ["Production", "ProductionSampler", "sample_production"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
CELLS = (24, 12, 20, 4)  # y, U, t, phi
CELLS_LIGHT = (12, 8, 12, 3)  # for nuclei with a small share of the rate
ENERGY_BINS = 6
PROBES = 10  # random points a cell to find its envelope
SAFETY = 1.15
BATCH = 20_000  # points at once: arrays stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Production:
    """Produced A' and what comes with them; momenta in GeV in the frame where the nucleus rests."""

    beam: FloatArray
    """Momentum of the incoming electron, shape (n, 3), along z."""
    aprime: FloatArray
    """Momentum of A', shape (n, 3)."""
    electron: FloatArray
    """Momentum of the outgoing electron, shape (n, 3)."""
    recoil: FloatArray
    """Momentum of the recoiling nucleus, shape (n, 3)."""
    nucleus: IntArray
    """Index into `nuclei`, shape (n,)."""
    nuclei: tuple[Nucleus, ...]
    """Nuclei of the target."""
    depth_x0: FloatArray
    """Depth of production [X0], zero in a thin target, shape (n,)."""
    weight: FloatArray
    """One, or more for the few points over the envelope, shape (n,)."""

    def __len__(self) -> int:
        """Count the events."""
        return len(self.weight)


@dataclass(frozen=True, slots=True, eq=False)
class _Channel:
    """One nucleus in one range of energies."""

    reaction_mass: float
    nucleus_index: int
    cumulative: tuple[float, float]  # range of track length [X0]; energies come from it
    y_edges: tuple[float, float]  # lowest y in the range and, where fixed, the highest
    cells: tuple[int, ...]
    envelope: FloatArray  # largest integrand of each cell, including cell volume, flat


class ProductionSampler:
    """Sampler of one A' mass in one target; set up once, then drawn from as often as needed.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    target : ThinTarget or ThickTarget
        What the beam hits.
    e_min_aprime : float
        Smallest A' energy [GeV].
    """

    def __init__(self, m_aprime: float, target: ThinTarget | ThickTarget, *, e_min_aprime: float = 0.0) -> None:
        self.m_aprime, self.target, self.e_min = m_aprime, target, e_min_aprime
        self.nuclei = tuple(nucleus for nucleus, _ in target.material.elements)
        self._track = target.track_length if isinstance(target, ThickTarget) else None
        rng = np.random.default_rng(20210959)  # the envelope is part of the method: the same for every seed
        self._channels = [c for i in range(len(self.nuclei)) for c in self._channels_of(i, rng)]
        if not self._channels or not any(c.envelope.sum() > 0 for c in self._channels):
            msg = (
                f"no A' of {m_aprime:g} GeV above {e_min_aprime:g} GeV from {target.beam_energy:g} GeV electrons: "
                "lower the A' mass or energy, or raise the beam energy"
            )
            raise KinematicsError(msg)
        start = np.cumsum([0] + [c.envelope.size for c in self._channels])
        self._channel_start = start
        self._cumulative = np.cumsum(np.concatenate([c.envelope for c in self._channels]))
        self.tried, self.kept, self.over = 0, 0, 0

    @property
    def efficiency(self) -> float:
        """Share of tried points that were kept so far."""
        return self.kept / self.tried if self.tried else math.nan

    def _channels_of(self, index: int, rng: np.random.Generator) -> list[_Channel]:
        nucleus = self.nuclei[index]
        material = self.target.material
        z2 = [n.z**2 * share / n.a for n, share in material.elements]
        cells = CELLS if z2[index] > 0.1 * sum(z2) else CELLS_LIGHT
        threshold = Reaction(1e6, self.m_aprime, nucleus.mass).threshold
        lowest = max(self.e_min, self.m_aprime, threshold * (1 + 1e-9))
        if self._track is None:
            if self.target.beam_energy <= lowest:
                return []
            shares = dict(material.atom_fractions())
            return [self._channel(index, (0.0, 0.0), cells, shares[nucleus], rng)]
        length = float(self._track.above(max(lowest, self.target.energy_cut)))  # type: ignore[union-attr]
        if length <= 0:
            return []
        atoms = atoms_per_radiation_length(material, nucleus)
        bins = ENERGY_BINS if cells is CELLS else 2
        edges = np.linspace(0.0, length, bins + 1)
        return [self._channel(index, (float(a), float(b)), cells, atoms * (b - a), rng) for a, b in pairwise(edges)]

    def _energy(self, cumulative: FloatArray) -> FloatArray:
        if self._track is None:
            return np.full(cumulative.shape, self.target.beam_energy)
        return self._track.energy_at(cumulative)

    def _channel(
        self, index: int, span: tuple[float, float], cells: tuple[int, ...], norm: float, rng: np.random.Generator
    ) -> _Channel:
        mass = self.nuclei[index].mass
        lows = []
        for cumulative in np.linspace(*span, 3):
            energy = float(self._energy(np.array(cumulative)))
            lows.append(Reaction(energy, self.m_aprime, mass).y_range()[0] * (1 - 1e-9))
        draft = _Channel(mass, index, span, (min(lows), 1.0), cells, np.zeros(0))
        count = math.prod(cells)
        best = np.zeros(count)
        cell = np.arange(count)
        for probe in range(PROBES):
            # both ends of the energy range are probed: the integrand is monotonic in the energy
            cumulative = np.full(count, span[probe % 2])
            best = np.maximum(best, self._evaluate(draft, cell, rng.random((4, count)), cumulative)[0])
        # a cell is at least as high as a share of its neighbours: probes miss corners of steep cells
        grid = best.reshape(cells)
        lifted = grid.copy()
        for axis in range(4):
            for shift in (-1, 1):
                neighbour = np.roll(grid, shift, axis=axis)
                edge: list[slice | int] = [slice(None)] * 4
                edge[axis] = 0 if shift == 1 else -1
                neighbour[tuple(edge)] = 0.0
                lifted = np.maximum(lifted, 0.5 * neighbour)
        return _Channel(mass, index, span, draft.y_edges, cells, (SAFETY * norm / count * lifted).ravel())

    def _evaluate(
        self, channel: _Channel, cell: IntArray, u: FloatArray, cumulative: FloatArray
    ) -> tuple[FloatArray, Reaction, Kinematics, FloatArray, FloatArray]:
        """Integrand at points inside cells, with what is needed to build momenta."""
        index = np.unravel_index(cell, channel.cells)
        r, z, c, g = ((i + v) / n for i, v, n in zip(index, u, channel.cells, strict=True))
        energy = self._energy(cumulative)
        reaction = Reaction(energy, self.m_aprime, channel.reaction_mass)
        high = np.minimum(1 - self.m_aprime / energy, 1 - self.e_min / energy)
        low = np.minimum(channel.y_edges[0], high)
        cubic = z * z * (3 - 2 * z)
        _, kin, t, jacobian = unit_cube(reaction, r, cubic, c, y_range=(low, high))
        cos_phi = np.cos(math.pi * g)
        f = reaction.amplitude(kin, t, cos_phi)
        nucleus = self.nuclei[channel.nucleus_index]
        value = reaction.differential(kin, f, t, g2(t, nucleus)) * jacobian * 6 * z * (1 - z)
        return np.where(jacobian > 0, value, 0.0), reaction, kin, t, cos_phi

    def sample(self, n: int, rng: np.random.Generator) -> Production:
        """Draw unweighted events.

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
            Source of randomness; the same state gives the same events.

        Returns
        -------
        Production
            n events in random order of nuclei and energies.
        """
        parts: list[tuple[FloatArray, ...]] = []
        have = 0
        while have < n:
            part = self._batch(rng)
            parts.append(part)
            have += len(part[-1])
        columns = [np.concatenate(column)[:n] for column in zip(*parts, strict=True)]
        beam, aprime, electron, recoil, nucleus, depth, weight = columns
        return Production(beam, aprime, electron, recoil, nucleus.astype(np.int64), self.nuclei, depth, weight)

    def _batch(self, rng: np.random.Generator) -> tuple[FloatArray, ...]:
        choice = np.searchsorted(self._cumulative, rng.random(BATCH) * self._cumulative[-1], side="right")
        choice.sort()  # equal channels together; the order is undone at the end
        bounds = np.searchsorted(choice, self._channel_start)
        results = []
        for channel, first, last, start in zip(
            self._channels, bounds[:-1], bounds[1:], self._channel_start[:-1], strict=True
        ):
            if last > first:
                results.append(self._accept(channel, choice[first:last] - start, rng))
        joined = [np.concatenate(column) for column in zip(*results, strict=True)]
        order = rng.permutation(len(joined[-1]))
        return tuple(column[order] for column in joined)

    def _accept(self, channel: _Channel, cell: IntArray, rng: np.random.Generator) -> tuple[FloatArray, ...]:
        count = len(cell)
        u = rng.random((6, count))
        low, high = channel.cumulative
        cumulative = low + (high - low) * u[5]
        value, reaction, kin, t, cos_phi = self._evaluate(channel, cell, u[:4], cumulative)
        norm = channel.envelope[cell] / self._norm_of(channel)
        ratio = value / norm
        keep = np.flatnonzero(ratio > u[4])
        if len(keep) == 0:
            empty = np.zeros((0, 3))
            return empty, empty, empty, empty, np.zeros(0), np.zeros(0), np.zeros(0)
        self.tried += count
        self.kept += len(keep)
        self.over += int(np.count_nonzero(ratio[keep] > 1))
        energy = np.asarray(reaction.energy)[keep]
        kept = Kinematics(*(getattr(kin, name)[keep] for name in Kinematics.__slots__))
        momenta = _momenta(Reaction(energy, self.m_aprime, channel.reaction_mass), kept, t[keep], cos_phi[keep], rng)
        depth = np.zeros(len(keep)) if self._track is None else self._track.sample_depth(energy, rng)
        nucleus = np.full(len(keep), float(channel.nucleus_index))
        return (*momenta, nucleus, depth, np.maximum(ratio[keep], 1.0))

    def _norm_of(self, channel: _Channel) -> float:
        """Factor between the integrand and the envelope's units."""
        material, nucleus = self.target.material, self.nuclei[channel.nucleus_index]
        if self._track is None:
            norm = dict(material.atom_fractions())[nucleus]
        else:
            low, high = channel.cumulative
            norm = atoms_per_radiation_length(material, nucleus) * (high - low)
        return norm / math.prod(channel.cells)


def _momenta(
    reaction: Reaction, kin: Kinematics, t: FloatArray, cos_phi: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Momenta of beam, A', electron and recoil from the phase-space variables, shapes (n, 3)."""
    n = len(t)
    turn = 2 * math.pi * rng.random(n)
    side = np.where(rng.random(n) < 0.5, -1.0, 1.0)
    sin_theta = np.sqrt(np.maximum(kin.one_minus_cos * (2 - kin.one_minus_cos), 0.0))
    p = np.broadcast_to(reaction.p, (n,))
    # in the plane of p and k: x along the transverse momentum of A', z along the beam
    k_x, k_z = kin.k * sin_theta, kin.k * (1 - kin.one_minus_cos)
    v_x, v_z = -k_x / kin.v, (p - k_z) / kin.v  # unit vector of V = p - k
    big_t = t / (2 * reaction.nucleus_mass)
    q_mag = np.sqrt(t + big_t * big_t)
    along = (t - kin.u + 2 * kin.w * big_t) / (2 * kin.v)
    across = np.sqrt(np.maximum((q_mag - along) * (q_mag + along), 0.0))
    c, s = across * cos_phi, across * side * np.sqrt(np.maximum(1 - cos_phi * cos_phi, 0.0))
    # e1 = (v_z, 0, -v_x): across V, on the side of k; e2 = y
    q_x, q_y, q_z = along * v_x + c * v_z, s, along * v_z - c * v_x
    cos_turn, sin_turn = np.cos(turn), np.sin(turn)

    def rotated(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
        return np.stack([x * cos_turn - y * sin_turn, x * sin_turn + y * cos_turn, z], axis=1)

    zero = np.zeros(n)
    beam = np.stack([zero, zero, p], axis=1)
    aprime = rotated(k_x, zero, k_z)
    recoil = rotated(q_x, q_y, q_z)
    return beam, aprime, beam - aprime - recoil, recoil


def sample_production(
    m_aprime: float,
    target: ThinTarget | ThickTarget,
    n: int,
    rng: np.random.Generator,
    *,
    e_min_aprime: float = 0.0,
) -> Production:
    """Draw events of a mass and target once; `ProductionSampler` serves repeated use.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    target : ThinTarget or ThickTarget
        What the beam hits.
    n : int
        How many.
    rng : Generator
        Source of randomness.
    e_min_aprime : float
        Smallest A' energy [GeV].

    Returns
    -------
    Production
        The events.
    """
    return ProductionSampler(m_aprime, target, e_min_aprime=e_min_aprime).sample(n, rng)
