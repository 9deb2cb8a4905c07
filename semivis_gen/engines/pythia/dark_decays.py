"""Decays of A' and chi2 inside a Pythia event record, with the exact matrix elements of `semivis_gen.decay.sampling`.

Works on anything that offers the methods of pythia8mc.Event. Decays at rest are drawn in blocks and boosted one by
one, so that the vectorised sampler costs little per event.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2
from semivis_gen.decay import chi2_decay
from semivis_gen.engines.pythia.data import dark_channels
from semivis_gen.errors import EngineError
from semivis_gen.model import CHANNELS, DarkSector, compute_widths, label, labels
from semivis_gen.numerics import boost_from_rest, breakup_momentum, isotropic

__all__ = ["DarkDecays"]

BLOCK = 2048
STATUS_DECAY_PRODUCT = 91  # Pythia's code for products of ordinary decays
KNOWN: Final[dict[int, list[tuple[int, ...]]]] = {
    ID_APRIME: [(ID_CHI1, ID_CHI2), *(channel.pdg for channel in CHANNELS.values() if len(channel.pdg) == 2)],
    ID_CHI2: [(ID_CHI1, *channel.pdg) for channel in CHANNELS.values()],
}
NAMES = {channel.pdg: name for name, channel in CHANNELS.items()}
ON_MODES = (1, 2, 3)  # Pythia's onMode: always, or for one of particle and antiparticle


class DarkDecays:
    """Decays every undecayed A' and chi2 of an event.

    Attributes
    ----------
    channels : dict
        For 55 and 58, products and relative rates; by default the native branching fractions.
    count : int
        Decays made so far.
    """

    def __init__(self, point: DarkSector, *, seed: int) -> None:
        self.point = point
        self._rng = np.random.default_rng(seed)
        self.count = 0
        self._blocks: dict[tuple[int, ...], tuple[FloatArray, int]] = {}
        widths = compute_widths(point)
        self._ctau = {ID_APRIME: widths.ctau_aprime, ID_CHI2: widths.ctau_chi2}
        self._mass = {ID_CHI1: point.masses.m_chi1, ID_CHI2: point.masses.m_chi2}
        for channel in CHANNELS.values():
            self._mass |= {abs(pdg): m for pdg, m in zip(channel.pdg, channel.masses, strict=True)}
        self.channels = {pdg: list(table.items()) for pdg, table in dark_channels(point).items()}

    def decay(self, event: Any) -> int:
        """Append the decay products of all undecayed A' and chi2; a chi2 from an A' decays in turn.

        Parameters
        ----------
        event : pythia8mc.Event
            Changed in place. A lifetime that a particle already has is kept, a vanishing one is drawn.

        Returns
        -------
        int
            Number of decays.

        Raises
        ------
        EngineError
            Where a particle is too light for its decay or a channel is not of this model.
        """
        count, row = 0, 0
        while row < event.size():
            particle = event[row]
            if particle.status() > 0 and particle.id() in self.channels:
                self._decay_one(event, row)
                count += 1
            row += 1
        self.count += count
        return count

    def _decay_one(self, event: Any, row: int) -> None:
        particle = event[row]
        pdg, mass = particle.id(), particle.m()
        if particle.tau() <= 0:
            particle.tau(self._rng.exponential(self._ctau[pdg]))
        parent = np.array([[particle.px(), particle.py(), particle.pz()]])
        vertex = particle.vDec()
        products = self._choose(pdg)
        first = event.size()
        masses = [self._mass[abs(product)] for product in products]
        momenta = self._at_rest(pdg, products, masses, mass)
        for product, m, star in zip(products, masses, momenta, strict=True):
            p = boost_from_rest(star[None, :], m, parent, mass)[0]
            energy = math.sqrt(float(p @ p) + m * m)
            index = event.append(
                product, STATUS_DECAY_PRODUCT, row, 0, 0, 0, 0, 0, float(p[0]), float(p[1]), float(p[2]), energy, m
            )
            event[index].vProd(vertex)
        decayed = event[row]  # appending may have moved the record
        decayed.statusNeg()
        decayed.daughters(first, event.size() - 1)

    def _choose(self, pdg: int) -> tuple[int, ...]:
        channels = self.channels[pdg]
        total = sum(share for _, share in channels)
        if total <= 0:
            msg = f"all decay channels of {label(pdg)} are switched off; switch one on, or do not attach the decays"
            raise EngineError(msg)
        left = self._rng.random() * total
        products = channels[-1][0]
        for candidate, share in channels:
            left -= share
            if left <= 0:
                products = candidate
                break
        if products not in KNOWN[pdg]:
            known = " or ".join(map(labels, KNOWN[pdg]))
            msg = f"{label(pdg)} -> {labels(products)} is no channel of this model: use {known}"
            raise EngineError(msg)
        return products

    def _at_rest(self, pdg: int, products: tuple[int, ...], masses: Sequence[float], mass: float) -> FloatArray:
        """Momenta of the products in the rest frame of a parent of this mass, shape (k, 3)."""
        block, used = self._blocks.get(products, (np.empty((0, 0, 0)), 0))
        if used == len(block):
            block, used = self._draw(products), 0
        self._blocks[products] = (block, used + 1)
        if mass <= sum(masses):
            msg = (
                f"{label(pdg)} of {mass:g} GeV cannot decay to {labels(products)} of {sum(masses):g} GeV: the event "
                f"does not belong to {self.point.masses}"
            )
            raise EngineError(msg)
        momenta = block[used]
        if len(products) == 2:
            return np.asarray(momenta * float(breakup_momentum(mass, *masses)))
        return _rescale(momenta, np.asarray(masses), mass)

    def _draw(self, products: tuple[int, ...]) -> FloatArray:
        """Draw a block of decays at rest: unit vectors for two bodies, momenta for more."""
        if len(products) == 2:
            one = isotropic(BLOCK, self._rng)
            return np.stack([one, -one], axis=1)
        name = NAMES[products[1:]]
        return np.stack(chi2_decay(np.zeros((BLOCK, 3)), self.point.masses, self._rng, channel=name), axis=1)


def _rescale(momenta: FloatArray, masses: FloatArray, total: float) -> FloatArray:
    """Scale momenta at rest by a common factor until their energies add up to `total`.

    Files round masses and MadGraph smears the chi2 mass by 3e-7: without this, energy would be off by as much.
    """
    p2 = np.einsum("ij,ij->i", momenta, momenta)
    factor2 = 1.0
    for _ in range(8):  # Newton in the square of the factor; two steps do
        energies = np.sqrt(factor2 * p2 + masses**2)
        miss = total - float(energies.sum())
        if abs(miss) < 4e-16 * total:
            break
        factor2 += 2 * miss / float((p2 / energies).sum())
    return np.asarray(momenta * math.sqrt(max(factor2, 0.0)))
