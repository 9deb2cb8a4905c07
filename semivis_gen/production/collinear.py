"""Sampling of dark bremsstrahlung in the improved Weizsaecker-Williams approximation: A' along the beam.

For comparison with older results only: `sampling` draws from the exact cross-section. The energy of the electron
comes from the track length, that of A' from the IWW d sigma/dx; A' and the outgoing electron fly along the beam and
the nucleus takes the momentum that is left.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import KinematicsError
from semivis_gen.formfactors import Nucleus, g2
from semivis_gen.production.bremsstrahlung import ROUGH, Method, integrate, soft_scale
from semivis_gen.production.phase_space import Reaction, threshold_energy
from semivis_gen.production.sampling import Production
from semivis_gen.production.target import ThickTarget
from semivis_gen.production.weizsaecker import iww_density

__all__ = ["CollinearSampler"]

FloatArray = NDArray[np.float64]
KNOTS, NODES = 400, 801  # energies of the electron, and points of the spectrum of A'


class CollinearSampler:
    """Sampler of one A' mass in a thick target, by inversion.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    target : ThickTarget
        What the beam hits; its `cross_section` sets how the rate depends on the electron's energy.
    e_min_aprime : float
        Smallest A' energy [GeV].

    Raises
    ------
    KinematicsError
        Where nothing can be produced.
    """

    def __init__(self, m_aprime: float, target: ThickTarget, *, e_min_aprime: float = 0.0) -> None:
        self.m_aprime, self.target, self._lowest = m_aprime, target, max(m_aprime, e_min_aprime)
        self.nuclei = tuple(nucleus for nucleus, _ in target.material.elements)
        self._track = target.track_length
        lowest = max(target.energy_cut, e_min_aprime)
        length = float(self._track.above(lowest)) if lowest < target.beam_energy else 0.0
        self._knots = np.linspace(0.0, length, KNOTS)
        rows = [self._spectrum(i, float(t), e_min_aprime) for i in range(len(self.nuclei)) for t in self._knots]
        yields = np.array([size for size, _, _ in rows]).reshape(len(self.nuclei), KNOTS)
        self._y = np.array([y for _, y, _ in rows])
        self._cumulative = np.array([cumulative for _, _, cumulative in rows])
        # trapezoids in track length, for each nucleus
        steps = 0.5 * (yields[:, 1:] + yields[:, :-1]) * np.diff(self._knots)
        self._steps = np.cumsum(steps.ravel())
        self._yields = yields
        if not self._steps[-1] > 0:
            msg = f"no A' of {m_aprime:g} GeV above {e_min_aprime:g} GeV from {target.beam_energy:g} GeV electrons"
            raise KinematicsError(msg)

    def _spectrum(self, index: int, track: float, e_min: float) -> tuple[float, FloatArray, FloatArray]:
        """Rate per track length [1/X0], values of y = 1 - x and the cumulative spectrum at them."""
        nucleus: Nucleus = self.nuclei[index]
        energy = float(self._track.energy_at(track))
        nothing = 0.0, np.zeros(NODES), np.linspace(0.0, 1.0, NODES)
        if energy <= max(e_min, float(threshold_energy(self.m_aprime, nucleus.mass)) * (1 + 1e-9)):
            return nothing
        reaction = Reaction(energy, self.m_aprime, nucleus.mass)
        low, high = (float(edge) for edge in reaction.y_range())
        low, high = max(low, M_ELECTRON / energy), min(high, 1 - e_min / energy)
        if high <= low:
            return nothing
        y0 = float(soft_scale(reaction))
        node = np.linspace(math.log(low + y0), math.log(high + y0), NODES)
        shifted = np.exp(node)
        y = np.clip(shifted - y0, low, high)
        density = iww_density(energy, self.m_aprime, nucleus, y, g2) * shifted
        cumulative = np.r_[0.0, np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(node))]
        size = float(cumulative[-1])
        if self.target.cross_section is not Method.IWW:
            whole, other = (
                integrate(reaction, nucleus, ROUGH, method=kind) for kind in (self.target.cross_section, Method.IWW)
            )
            size *= whole / other
        return size * self.target.material.atoms_per_radiation_length(nucleus), y, cumulative / cumulative[-1]

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
        beam, aprime, electron = (np.zeros((n, 3)) for _ in range(3))
        for momentum, e, m in (
            (beam, energy, M_ELECTRON),
            (aprime, aprime_energy, self.m_aprime),
            (electron, energy - aprime_energy, M_ELECTRON),
        ):
            momentum[:, 2] = np.sqrt(np.maximum((e - m) * (e + m), 0.0))
        depth = self._track.sample_depth(energy, rng)
        return Production(beam, aprime, electron, beam - aprime - electron, nucleus, self.nuclei, depth, np.ones(n))
