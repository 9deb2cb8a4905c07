"""Sampling of l N -> l N A' from the exact differential cross-section, unweighted by default.

The unit cube of `mapping` is cut into cells, for each nucleus and each of a few energy ranges. A cell is drawn with
the probability of its envelope (the largest integrand found in it), the point uniformly inside, and kept with
probability integrand / envelope; the azimuth then comes from its exact conditional distribution. A point above the
envelope (about 0.1 % of all, `ProductionSampler.overweight`) is kept with its ratio as weight, which leaves every
distribution exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.numerics import CellTable, Estimate
from semivis_gen.production.bremsstrahlung.azimuth import Azimuth
from semivis_gen.production.bremsstrahlung.cross_sections import Rule, integrate
from semivis_gen.production.bremsstrahlung.mapping import screening_gev2, unit_cube
from semivis_gen.production.bremsstrahlung.momenta import momenta_of
from semivis_gen.production.bremsstrahlung.phase_space import Kinematics, Reaction, threshold_energy
from semivis_gen.production.bremsstrahlung.rate import LIGHT_SHARE
from semivis_gen.production.process import require_e_min
from semivis_gen.target import Nucleus, ThickTarget, ThinTarget, g2

__all__ = ["Production", "ProductionSampler"]

CELLS = (16, 16, 32)  # y, U, t
# ranges of energy hold these shares of the yield: narrow at the end, where the cross-section falls to zero
RANGES, RANGES_LIGHT = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.88, 0.95, 0.985, 1.0), (0.0, 0.5, 0.9, 1.0)
ENERGY_KNOTS = 8192
GUIDE = Rule(8, 4, 12, 3)  # a few per cent are enough to divide the energies
SAFETY = 1.03  # on the largest of the integrand at corners and centres of a cell
BATCH = 8192  # points at once: arrays stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Production:
    """Produced A' and what comes with them; momenta in GeV in the frame where the nucleus rests."""

    beam: FloatArray
    """Momentum of the incoming lepton, shape (n, 3), along z."""
    aprime: FloatArray
    """Momentum of A', shape (n, 3)."""
    lepton: FloatArray
    """Momentum of the outgoing lepton, shape (n, 3)."""
    recoil: FloatArray
    """Momentum of the recoiling nucleus, shape (n, 3)."""
    nucleus: IndexArray
    """Index into `nuclei`, shape (n,)."""
    nuclei: tuple[Nucleus, ...]
    """Nuclei of the target."""
    depth_x0: FloatArray
    """Depth of production [X0], zero in a thin target, shape (n,)."""
    weight: FloatArray
    """Unweighted: one, or more for the few points over the envelope. Weighted: their mean is the rate. Shape (n,)."""
    opposite: BoolArray
    """Whether the charge of what radiates is opposite to that of the beam, as half of a shower's. Shape (n,)."""

    def __len__(self) -> int:
        """Count the events."""
        return len(self.weight)


@dataclass(frozen=True, slots=True)
class _Channel:
    """One nucleus in one range of energies."""

    nucleus: int
    span: tuple[float, float]  # of track length above E [X0]; energies come from it
    norm: float  # [1/pb] in a thick target, share of atoms in a thin one
    stride: int  # 2 where a cell of the envelope stands for 2^3


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
    secondaries : bool
        Whether electrons and positrons of the shower radiate as well.

    Raises
    ------
    ParameterError, KinematicsError
        Where a number makes no sense or nothing can be produced.
    """

    def __init__(
        self,
        m_aprime: float,
        target: ThinTarget | ThickTarget,
        *,
        e_min_aprime: float = 0.0,
        secondaries: bool = False,
    ) -> None:
        require_e_min(e_min_aprime, "e_min_aprime")
        self.m_aprime, self.target, self.e_min = m_aprime, target, e_min_aprime
        self.nuclei = tuple(nucleus for nucleus, _ in target.material.elements)
        self._mass = np.array([nucleus.mass for nucleus in self.nuclei])
        self._lepton_mass = target.lepton.mass
        self._reaction(target.beam_energy, float(self._mass.max()))  # raises where all nuclei are closed
        z2 = [nucleus.z**2 * share / nucleus.a for nucleus, share in target.material.elements]
        self._main = int(np.argmax(z2))
        self._screening = screening_gev2(self.nuclei[self._main])
        self._set_energies(secondaries=secondaries)
        self._grids: dict[tuple[float, int, int], FloatArray] = {}
        self._channels = [
            channel for i in range(len(z2)) for channel in self._channels_of(i, light=z2[i] < LIGHT_SHARE * sum(z2))
        ]
        height = np.concatenate([self._heights(channel) for channel in self._channels] or [np.zeros(1)])
        self._grids.clear()
        if not height.sum() > 0:
            msg = (
                f"no A' of {m_aprime:g} GeV above {e_min_aprime:g} GeV from {target.beam_energy:g} GeV "
                f"{target.lepton.name}s: "
                "lower the A' mass or energy, or raise the beam energy"
            )
            raise KinematicsError(msg)
        self._height, self._total = height, float(height.sum())
        self._table = CellTable.of(height)
        self._nucleus = np.array([c.nucleus for c in self._channels])
        self._start = np.array([c.span[0] for c in self._channels])
        self._width = np.array([c.span[1] - c.span[0] for c in self._channels])
        self._norm = np.array([c.norm for c in self._channels])
        self.tried, self.unweighted, self.kept, self.over = 0, 0, 0, 0
        self._sum, self._square = 0.0, 0.0

    @property
    def efficiency(self) -> float:
        """Share of the points tried for unweighted events that was kept so far."""
        return self.kept / self.unweighted if self.unweighted else math.nan

    @property
    def overweight(self) -> float:
        """Share of points kept whose weight exceeds one."""
        return self.over / self.kept if self.kept else math.nan

    @property
    def rate(self) -> Estimate:
        """Rate at epsilon = 1 from all points tried so far: [pb] for thin, A' per beam particle for thick targets."""
        if self.tried < 2:
            return Estimate(math.nan, math.inf)
        mean = self._sum / self.tried
        variance = max(self._square / self.tried - mean * mean, 0.0) / (self.tried - 1)
        return Estimate(mean * self._total, math.sqrt(variance) * self._total)

    def sample(self, n: int, rng: np.random.Generator, *, weighted: bool = False) -> Production:
        """Draw events.

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
            Source of randomness; the same state gives the same events.
        weighted : bool
            Keep every point with its weight instead of unweighting: faster, mean weight = rate.

        Returns
        -------
        Production
            n independent events.
        """
        if n < 0:
            msg = f"{n} events: take zero or more"
            raise ParameterError(msg)
        beam, aprime, lepton, recoil = (np.empty((n, 3)) for _ in range(4))
        nucleus, depth, weight = np.empty(n, dtype=np.int64), np.empty(n), np.empty(n)
        opposite = np.empty(n, dtype=bool)
        columns = (beam, aprime, lepton, recoil, nucleus, depth, weight, opposite)
        have = 0
        while have < n:
            # always the same number of points: the first events do not depend on how many are asked for
            batch = self._batch(BATCH, rng, weighted=weighted)
            more = min(len(batch[-1]), n - have)
            for column, part in zip(columns, batch, strict=True):
                column[have : have + more] = part[:more]
            have += more
        return Production(beam, aprime, lepton, recoil, nucleus, self.nuclei, depth, weight, opposite)

    def _reaction(self, energy: float | FloatArray, nucleus_mass: float | FloatArray) -> Reaction:
        return Reaction(energy, self.m_aprime, nucleus_mass, self._lepton_mass)

    def _threshold(self, nucleus_mass: float) -> float:
        """Beam energy just above which a nucleus can be used [GeV]."""
        return float(threshold_energy(self.m_aprime, nucleus_mass, self._lepton_mass)) * (1 + 1e-9)

    def _set_energies(self, *, secondaries: bool) -> None:
        """Tabulate energy against track length, which is uniform in what is sampled."""
        if isinstance(self.target, ThinTarget):
            self._track, self._length = None, 0.0
            return
        self._track = self.target.track_length(secondaries=secondaries)
        self._length = float(self._track.above(max(self.target.energy_cut, self.e_min)))
        self._energies = self._track.energy_at(np.linspace(0.0, self._length, ENERGY_KNOTS + 1))
        self._rows = self._track.depth_row(self._energies)

    def _energy_and_row(self, track: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Energy, and row of the table of depths, at a track length."""
        if self._length == 0.0:
            return np.full(track.shape, self.target.beam_energy), np.zeros(0)
        position = track * (ENERGY_KNOTS / self._length)
        left = np.minimum(position.astype(np.int64), ENERGY_KNOTS - 1)
        position -= left
        values = []
        for table in (self._energies, self._rows):
            start = table[left]
            values.append(start + (table[left + 1] - start) * position)
        return values[0], values[1]

    def _channels_of(self, index: int, *, light: bool) -> list[_Channel]:
        nucleus, material, stride = self.nuclei[index], self.target.material, 2 if light else 1
        lowest = max(self.e_min, self._threshold(nucleus.mass))
        if self.target.beam_energy <= lowest:
            return []
        if self._track is None:
            norm = dict(material.atom_fractions())[nucleus]
            return [_Channel(index, (0.0, 0.0), norm, stride)]
        length = float(self._track.above(max(lowest, self.target.energy_cut)))  # type: ignore[union-attr]
        edges = self._energy_ranges(nucleus, length, RANGES_LIGHT if light else RANGES)
        atoms = material.atoms_per_radiation_length(nucleus)
        return [_Channel(index, (float(a), float(b)), atoms * float(b - a), stride) for a, b in pairwise(edges)]

    def _energy_ranges(self, nucleus: Nucleus, length: float, shares: tuple[float, ...]) -> FloatArray:
        """Track lengths that divide the yield, roughly, into given shares [X0]."""
        energies = self._energy_and_row(np.linspace(0.0, length, 17))[0]
        energies = np.union1d(energies, np.geomspace(energies[-1], energies[0], 9))[::-1]
        track = self._track.above(energies)  # type: ignore[union-attr]
        track[0], track[-1] = 0.0, length
        lowest = self._threshold(nucleus.mass)
        sigma = np.array(
            [
                integrate(self._reaction(max(float(e), lowest), nucleus.mass), nucleus, GUIDE, e_min=self.e_min)
                for e in energies
            ]
        )
        cumulative = np.r_[0.0, np.cumsum(0.5 * (sigma[1:] + sigma[:-1]) * np.diff(track))]
        edges = np.interp(shares, cumulative / cumulative[-1], track)
        edges[-1] = length
        return np.asarray(edges)

    def _grid(self, energy: float, nucleus: int, stride: int) -> FloatArray:
        """Integrand at corners and centres of the cells at one energy, which two ranges share."""
        key = energy, nucleus, stride
        if key not in self._grids:
            # not quite to the faces, where the integrand may vanish or the map degenerate
            axes = [np.clip(np.linspace(0.0, 1.0, 2 * n // stride + 1), 1e-6, 1 - 1e-6) for n in CELLS]
            r, v, c = np.meshgrid(*axes, indexing="ij", sparse=True)
            mass = self.nuclei[nucleus].mass
            reaction = self._reaction(max(energy, self._threshold(mass)), mass)
            self._grids[key] = self._integrand(reaction, (r, v, c), nucleus)[0]
        return self._grids[key]

    def _heights(self, channel: _Channel) -> FloatArray:
        """Envelope of each cell: largest integrand at its corners and centres, at both ends of the energy range."""
        ends = self._energy_and_row(np.unique(channel.span))[0].tolist()
        best = np.maximum.reduce([self._grid(energy, channel.nucleus, channel.stride) for energy in ends])
        for axis in range(3):
            a = np.moveaxis(best, axis, 0)
            best = np.moveaxis(np.maximum(np.maximum(a[:-1:2], a[1::2]), a[2::2]), 0, axis)
        # the integrand may peak between the points: no cell far below its neighbours
        lifted = best.copy()
        for axis in range(3):
            a, b = np.moveaxis(best, axis, 0), np.moveaxis(lifted, axis, 0)
            b[1:] = np.maximum(b[1:], 0.3 * a[:-1])
            b[:-1] = np.maximum(b[:-1], 0.3 * a[1:])
        for axis in range(3):
            lifted = np.repeat(lifted, channel.stride, axis=axis)
        return np.asarray(SAFETY * channel.norm / math.prod(CELLS) * lifted.ravel())

    def _integrand(
        self,
        reaction: Reaction,
        point: tuple[FloatArray, FloatArray, FloatArray],
        nucleus: int | IndexArray,
    ) -> tuple[FloatArray, Kinematics, FloatArray, Azimuth]:
        """Cross-section per unit of the cube [pb], with what is needed to build momenta."""
        y_high = np.asarray(1 - max(self.m_aprime, self.e_min) / reaction.energy)
        y_low = np.minimum(reaction.y_range()[0], y_high)
        kin, t, jacobian = unit_cube(reaction, point, y_range=(y_low, y_high), screening=self._screening)
        azimuth = reaction.azimuth(kin, t)
        with np.errstate(divide="ignore", invalid="ignore"):  # points outside phase space
            value = reaction.flux(kin) * azimuth.mean() * self._form_factor(t, nucleus) / (t * t) * jacobian
        return np.where(jacobian > 0, 2 * math.pi * value, 0.0), kin, t, azimuth

    def _form_factor(self, t: FloatArray, nucleus: int | IndexArray) -> FloatArray:
        if isinstance(nucleus, int):
            return g2(t, self.nuclei[nucleus])
        value = g2(t, self.nuclei[self._main])
        if len(self.nuclei) > 1:
            for index in set(range(len(self.nuclei))) - {self._main}:
                rows = np.flatnonzero(nucleus == index)
                value[rows] = g2(t[rows], self.nuclei[index])
        return value

    def _batch(self, size: int, rng: np.random.Generator, *, weighted: bool) -> tuple[NDArray[Any], ...]:
        """Columns of `Production` but for the nuclei, for the events kept of `size` points."""
        u = [rng.random(size) for _ in range(6)]
        cell = self._table.draw(u[0])
        inside = cell % math.prod(CELLS)
        channel = cell // math.prod(CELLS)
        nucleus = self._nucleus[channel]
        energy, row = self._energy_and_row(self._start[channel] + self._width[channel] * u[1])
        r = (inside // (CELLS[1] * CELLS[2]) + u[2]) * (1 / CELLS[0])
        v = (inside // CELLS[2] % CELLS[1] + u[3]) * (1 / CELLS[1])
        c = (inside % CELLS[2] + u[4]) * (1 / CELLS[2])
        mass = self._mass[nucleus] if len(self.nuclei) > 1 else float(self._mass[0])
        reaction = self._reaction(energy, mass)
        value, kin, t, azimuth = self._integrand(reaction, (r, v, c), nucleus)
        ratio = value * self._norm[channel] / (self._height[cell] * math.prod(CELLS))
        self.tried += size
        self._sum += float(ratio.sum())
        self._square += float(np.einsum("i,i", ratio, ratio))  # a BLAS would take threads for it
        if weighted:
            keep = np.flatnonzero(ratio > 0)  # all but points outside phase space
            weight = ratio[keep] * (self._total * len(keep) / size)
        else:
            keep = np.flatnonzero(ratio > u[5])
            weight = np.maximum(ratio[keep], 1.0)
            self.unweighted += size
            self.kept += len(keep)
            self.over += int(np.count_nonzero(ratio > 1))
        if len(keep) < size:
            reaction = self._reaction(energy[keep], mass[keep] if isinstance(mass, np.ndarray) else mass)
            kin, t, azimuth, nucleus = kin.take(keep), t[keep], azimuth.take(keep), nucleus[keep]
        momenta = momenta_of(reaction, kin, t, azimuth.sample(rng), rng)
        if self._track is None:
            return (*momenta, nucleus, np.zeros(len(t)), weight, np.zeros(len(t), dtype=bool))
        depth, opposite = self._track.sample_depth_row(row[keep], rng)
        return (*momenta, nucleus, depth, weight, opposite)
