"""A' of meson decays: how many there are, and their events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray, IntArray
from semivis_gen.constants import ID_PHOTON
from semivis_gen.errors import KinematicsError
from semivis_gen.events import Events
from semivis_gen.numerics import Estimate, boost_from_rest, energy_of
from semivis_gen.production.mesons.channels import Channel
from semivis_gen.production.mesons.draw import MesonDraw
from semivis_gen.production.mesons.record import decay_events
from semivis_gen.production.mesons.spectrum import Mesons
from semivis_gen.production.transverse import around
from semivis_gen.target import ProtonDump

__all__ = ["DecaySampler", "decay_rate"]

ID_PI0 = 111


def decay_rate(mesons: Mesons, channels: dict[int, Channel], *, e_min: float = 0.0) -> Estimate:
    """A' of meson decays per proton, at epsilon = 1.

    Parameters
    ----------
    mesons : Mesons
        Mesons of one proton.
    channels : dict
        Decays by PDG id of the meson, for all mesons.
    e_min : float
        Smallest A' energy [GeV].

    Returns
    -------
    Estimate
        Rate, with the numerical error of the fit's cells or the statistical one of a list.
    """

    def per_meson(pdg: IntArray, momentum: FloatArray) -> FloatArray:
        out = np.zeros(len(pdg))
        for of, channel in channels.items():
            mine = pdg == of
            energy = energy_of(momentum[mine], channel.meson.mass)
            out[mine] = channel.branching * 0.5 * (1 - channel.lowest_cosine(energy, e_min))
        return out

    return mesons.total(per_meson)


@dataclass(frozen=True, slots=True, eq=False)
class DecaySampler:
    """A' of meson decays above an energy."""

    dump: ProtonDump
    """Where they happen."""
    channels: dict[int, Channel]
    """Decays by PDG id of the meson."""
    e_min: float
    """Smallest A' energy [GeV]."""
    draw: MesonDraw
    """Draws the mesons."""

    @classmethod
    def of(cls, dump: ProtonDump, mesons: Mesons, channels: dict[int, Channel], *, e_min: float) -> DecaySampler:
        """Sampler for mesons of a dump; see `decay_rate`.

        Raises
        ------
        KinematicsError
            Where no A' has the energy.
        """
        made, bound = np.zeros(len(mesons.pdg)), np.zeros(len(mesons.pdg))
        for pdg, channel in channels.items():
            mine = mesons.pdg == pdg
            made[mine] = channel.branching
            # the share above e_min has no maximum inside of a range of meson energies
            cosines = [channel.lowest_cosine(energy[mine], e_min) for energy in (mesons.low, mesons.top)]
            bound[mine] = 0.5 * (1 - np.minimum(*cosines))
        if decay_rate(mesons, channels, e_min=e_min).value == 0:  # corners of cells may reach farther than mesons do
            msg = f"no meson of {dump.beam_energy:g} GeV protons makes an A' above {e_min:g} GeV: lower the energy"
            raise KinematicsError(msg)

        def share(entry: IndexArray, momentum: FloatArray) -> FloatArray:
            cosine = np.ones(len(entry))
            for pdg, channel in channels.items():
                mine = mesons.pdg[entry] == pdg
                cosine[mine] = channel.lowest_cosine(energy_of(momentum[mine], channel.meson.mass), e_min)
            return 0.5 * (1 - cosine)

        return cls(dump, channels, e_min, MesonDraw.of(mesons, made, bound, share))

    def sample(self, n: int, rng: np.random.Generator) -> Events:
        """Draw n events of weight one; see `Sampler.sample`."""
        entry, parent = self.draw.sample(n, rng)
        pdg = self.draw.mesons.pdg[entry].astype(np.int64)
        mass, partner_mass, lowest, star = np.empty((4, n))
        m_aprime = 0.0
        for of, channel in self.channels.items():
            mine = pdg == of
            m_aprime, mass[mine], partner_mass[mine] = channel.m_aprime, channel.meson.mass, channel.meson.partner
            star[mine] = channel.momentum
            lowest[mine] = channel.lowest_cosine(energy_of(parent[mine], channel.meson.mass), self.e_min)
        u, turn = rng.random((2, n))
        cosine = 1 - (1 - lowest) * u
        sine, angle = np.sqrt((1 - cosine) * (1 + cosine)), 2 * np.pi * turn
        local = np.stack([sine * np.cos(angle), sine * np.sin(angle), cosine], axis=1)
        size = np.sqrt(np.einsum("ij,ij->i", parent, parent))
        with np.errstate(invalid="ignore"):  # a meson at rest
            axis = np.where(size[:, None] > 0, parent / size[:, None], [0.0, 0.0, 1.0])
        aprime = boost_from_rest(around(axis, local) * star[:, None], m_aprime, parent, mass)
        partner_id = np.where(partner_mass > 0, ID_PI0, ID_PHOTON)
        return decay_events(
            self.dump, (parent, mass, pdg), (aprime, m_aprime), (parent - aprime, partner_mass, partner_id), rng
        )
