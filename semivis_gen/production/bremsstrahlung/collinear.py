"""Sampling of dark bremsstrahlung in the improved Weizsaecker-Williams approximation: A' along the beam.

For comparison with older results only: `sampling` draws from the exact cross-section. The energy of the electron
comes from the track length, that of A' from the IWW d sigma/dx; A' and the outgoing lepton fly along the beam and
the nucleus takes the momentum that is left.
"""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.production.bremsstrahlung.cross_sections import ROUGH, Method, integrate
from semivis_gen.production.bremsstrahlung.energy_share import soft_scale
from semivis_gen.production.bremsstrahlung.phase_space import Reaction, threshold_energy
from semivis_gen.production.bremsstrahlung.sampling import Production
from semivis_gen.production.bremsstrahlung.weizsaecker import iww_density
from semivis_gen.target import Nucleus, ThickTarget, g2

__all__ = ["CollinearSampler"]

KNOTS, NODES = 400, 401  # energies of the electron, and points of the spectrum of A'
NORM_KNOTS = 40


class CollinearSampler:
    """Sampler of one A' mass in a thick target, by inversion.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    target : ThickTarget
        What the beam hits.
    e_min_aprime : float
        Smallest A' energy [GeV].
    cross_section : Method
        It sets how the rate depends on the electron's energy.
    secondaries : bool
        Whether electrons and positrons of the shower radiate as well.

    Raises
    ------
    ParameterError, KinematicsError
        For muons, and where nothing can be produced.
    """

    def __init__(
        self,
        m_aprime: float,
        target: ThickTarget,
        *,
        e_min_aprime: float = 0.0,
        cross_section: Method = Method.IWW,
        secondaries: bool = False,
    ) -> None:
        if target.lepton.mass != M_ELECTRON:
            msg = f"shape = iww holds for electrons and positrons, not for {target.lepton.symbol}: take shape = etl"
            raise ParameterError(msg)
        self.m_aprime, self.target, self._lowest = m_aprime, target, max(m_aprime, e_min_aprime)
        self._cross_section = cross_section
        self.nuclei = tuple(nucleus for nucleus, _ in target.material.elements)
        self._track = target.track_length(secondaries=secondaries)
        lowest = max(target.energy_cut, e_min_aprime)
        length = float(self._track.above(lowest)) if lowest < target.beam_energy else 0.0
        self._knots = np.linspace(0.0, length, KNOTS)
        spectra = [self._spectra(nucleus, e_min_aprime) for nucleus in self.nuclei]
        yields = np.array([size for size, _, _ in spectra])
        self._y = np.concatenate([y for _, y, _ in spectra])
        self._cumulative = np.concatenate([cumulative for _, _, cumulative in spectra])
        # trapezoids in track length, for each nucleus
        steps = 0.5 * (yields[:, 1:] + yields[:, :-1]) * np.diff(self._knots)
        self._steps = np.cumsum(steps.ravel())
        self._yields = yields
        if not self._steps[-1] > 0:
            beam = f"{target.beam_energy:g} GeV {target.lepton.name}s"
            msg = f"no A' of {m_aprime:g} GeV above {e_min_aprime:g} GeV from {beam}"
            raise KinematicsError(msg)

    def _spectra(self, nucleus: Nucleus, e_min: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """At each knot: rate per track length [1/X0], values of y = 1 - x and the cumulative spectrum at them."""
        energy = self._track.energy_at(self._knots)
        size, y = np.zeros(KNOTS), np.zeros((KNOTS, NODES))
        cumulative = np.tile(np.linspace(0.0, 1.0, NODES), (KNOTS, 1))
        closed = max(e_min, float(threshold_energy(self.m_aprime, nucleus.mass)) * (1 + 1e-9))
        reaction = Reaction(np.maximum(energy, closed), self.m_aprime, nucleus.mass)
        low, high = reaction.y_range()
        low, high = np.maximum(low, M_ELECTRON / energy), np.minimum(high, 1 - e_min / energy)
        rows = np.flatnonzero((energy > closed) & (high > low))
        if len(rows) == 0:
            return size, y, cumulative
        e, a, b = energy[rows, None], low[rows, None], high[rows, None]
        y0 = soft_scale(reaction)[rows, None]
        step = np.log((b + y0) / (a + y0)) / (NODES - 1)
        shifted = (a + y0) * np.exp(step * np.arange(NODES))
        y[rows] = np.clip(shifted - y0, a, b)
        density = iww_density(e, self.m_aprime, nucleus, y[rows], g2) * shifted
        part = np.cumsum(0.5 * (density[:, 1:] + density[:, :-1]) * step, axis=1)
        size[rows] = part[:, -1]
        cumulative[rows] = np.c_[np.zeros(len(rows)), part / part[:, -1:]]
        if self._cross_section is not Method.IWW:
            size *= self._norm(energy, rows, nucleus)
        return size * self.target.material.atoms_per_radiation_length(nucleus), y, cumulative

    def _norm(self, energy: FloatArray, rows: IndexArray, nucleus: Nucleus) -> FloatArray:
        """Ratio of the cross-section that is asked for to that of IWW, smooth in energy."""
        some = rows[np.unique(np.linspace(0, len(rows) - 1, NORM_KNOTS).astype(np.int64))]
        ratio = []
        for e in energy[some]:
            reaction = Reaction(float(e), self.m_aprime, nucleus.mass)
            whole, other = (
                integrate(reaction, nucleus, ROUGH, method=kind) for kind in (self._cross_section, Method.IWW)
            )
            ratio.append(whole / other)
        return np.asarray(np.interp(np.log(energy), np.log(energy[some][::-1]), ratio[::-1]))

    def sample(self, n: int, rng: np.random.Generator) -> Production:
        """Draw unweighted events.

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
            Source of randomness.

        Returns
        -------
        Production
            n independent events.
        """
        u = rng.random((4, n))
        step = np.searchsorted(self._steps, u[0] * self._steps[-1], side="right")
        nucleus, knot = step // (KNOTS - 1), step % (KNOTS - 1)
        # inside a step the rate is linear: one of its ends by chance, then a triangle towards it
        left, right = self._yields[nucleus, knot], self._yields[nucleus, knot + 1]
        at_right = u[1] * (left + right) > left
        part = np.sqrt(u[2])
        share = np.where(at_right, part, 1 - part)
        track = self._knots[knot] + share * np.diff(self._knots)[knot]
        energy = self._track.energy_at(track)
        row = nucleus * KNOTS + knot + at_right
        y = np.empty(n)
        for index in np.unique(row):
            mine = np.flatnonzero(row == index)
            y[mine] = np.interp(u[3, mine], self._cumulative[index], self._y[index])
        # y comes from the spectrum of a neighbouring energy
        aprime_energy = np.minimum(np.maximum((1 - y) * energy, self._lowest), energy - M_ELECTRON)
        beam, aprime, lepton = (np.zeros((n, 3)) for _ in range(3))
        for momentum, e, m in (
            (beam, energy, M_ELECTRON),
            (aprime, aprime_energy, self.m_aprime),
            (lepton, energy - aprime_energy, M_ELECTRON),
        ):
            momentum[:, 2] = np.sqrt(np.maximum((e - m) * (e + m), 0.0))
        depth, opposite = self._track.sample_depth_row(self._track.depth_row(energy), rng)
        return Production(
            beam, aprime, lepton, beam - aprime - lepton, nucleus, self.nuclei, depth, np.ones(n), opposite
        )
