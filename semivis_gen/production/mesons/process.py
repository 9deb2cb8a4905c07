"""Decays of mesons of a proton dump as a production process: settings, rate, events, spin of A'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_PROTON
from semivis_gen.errors import KinematicsError
from semivis_gen.events import Events
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate
from semivis_gen.production.mesons.channels import Channel, FormFactor
from semivis_gen.production.mesons.decays import DecaySampler, decay_rate
from semivis_gen.production.mesons.helicity import helicity_direction
from semivis_gen.production.mesons.meson_list import MesonList
from semivis_gen.production.mesons.record import proton_dump
from semivis_gen.production.mesons.species import DECAYING, Meson, meson
from semivis_gen.production.mesons.spectrum import Mesons
from semivis_gen.production.mesons.supply import FIT, check_kinds, mesons_of
from semivis_gen.production.process import as_choices
from semivis_gen.target import Source

__all__ = ["MesonDecay", "MesonListDecay"]


@dataclass(frozen=True, slots=True)
class MesonDecay:
    """Mesons of a proton dump decay to A': pi0, eta, eta' -> gamma A', omega -> pi0 A'.

    Examples
    --------
    >>> from semivis_gen.target import ProtonDump, material
    >>> rate = MesonDecay(mesons=("pi0",), pi0_per_proton=2.4).rate(0.05, ProtonDump(400.0, material("Cu")))
    >>> f"{rate.value * 1e-12:.2g} A' per proton at epsilon = 1e-6"
    "3e-12 A' per proton at epsilon = 1e-6"
    """

    name: ClassVar[str] = "meson_decay"
    beams: ClassVar[frozenset[int]] = frozenset({ID_PROTON})
    events_share: ClassVar[float] = 0.6

    mesons: tuple[str, ...] = ("pi0", "eta", "eta'")
    """Which mesons, some of pi0, eta, eta', omega."""
    spectrum: str = FIT
    """Where their momenta come from: bmpt, the fit of hep-ph/0101163, or the path of a file of mesons."""
    form_factor: FormFactor = FormFactor.POINT
    """Transition form factor: point, or rho dominance."""
    pi0_per_proton: float | None = None
    """pi0 per proton; by beam energy, or those of the file, where absent."""
    eta_per_proton: float | None = None
    """eta per proton; by beam energy, or those of the file, where absent."""
    eta_prime_per_proton: float | None = None
    """eta' per proton; by beam energy, or those of the file, where absent."""
    omega_per_proton: float | None = None
    """omega per proton; by beam energy, or those of the file, where absent."""

    def __post_init__(self) -> None:
        as_choices(self, form_factor=FormFactor)
        check_kinds(self, DECAYING)

    def rate(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> Estimate:
        """See `Process.rate` and `decay_rate`."""
        return decay_rate(*self._prepared(m_aprime, source), e_min=e_min)

    def sampler(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> DecaySampler:
        """See `Process.sampler`."""
        return DecaySampler.of(proton_dump(source, self.name), *self._prepared(m_aprime, source), e_min=e_min)

    def _prepared(self, m_aprime: float, source: Source) -> tuple[Mesons, dict[int, Channel]]:
        dump = proton_dump(source, self.name)
        channels = _open_channels(m_aprime, [meson(name) for name in self.mesons], self.form_factor)
        return mesons_of(dump, self, [channel.meson for channel in channels.values()]), channels

    @staticmethod
    def direction(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
        """See `Process.direction`: A' of these decays are transverse along their flight in the meson's rest frame."""
        return helicity_direction(events, masses, rng)


@dataclass(frozen=True, slots=True, eq=False)
class MesonListDecay:
    """As `MesonDecay`, for mesons in memory."""

    name: ClassVar[str] = MesonDecay.name
    beams: ClassVar[frozenset[int]] = MesonDecay.beams
    events_share: ClassVar[float] = MesonDecay.events_share

    mesons: MesonList
    """The mesons; all kinds in it that decay to A' are used."""
    form_factor: FormFactor = FormFactor.POINT
    """Transition form factor: point, or rho dominance."""

    def __post_init__(self) -> None:
        as_choices(self, form_factor=FormFactor)

    def rate(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> Estimate:
        """See `Process.rate` and `decay_rate`."""
        return decay_rate(*self._prepared(m_aprime, source), e_min=e_min)

    def sampler(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> DecaySampler:
        """See `Process.sampler`."""
        return DecaySampler.of(proton_dump(source, self.name), *self._prepared(m_aprime, source), e_min=e_min)

    def _prepared(self, m_aprime: float, source: Source) -> tuple[Mesons, dict[int, Channel]]:
        self.mesons.require_beam(proton_dump(source, self.name).beam_energy)
        kinds = [kind for kind in map(meson, DECAYING) if self.mesons.per_proton(kind.pdg) > 0]
        channels = _open_channels(m_aprime, kinds, self.form_factor)
        return self.mesons.scaled(dict.fromkeys(channels, 1.0)), channels

    @staticmethod
    def direction(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
        """See `MesonDecay.direction`."""
        return helicity_direction(events, masses, rng)


def _open_channels(m_aprime: float, kinds: list[Meson], form_factor: FormFactor) -> dict[int, Channel]:
    channels = {kind.pdg: Channel(kind, m_aprime, form_factor) for kind in kinds}
    found = {pdg: channel for pdg, channel in channels.items() if channel.open}
    if not found:
        heaviest = max((kind.mass - kind.partner for kind in kinds), default=0.0)
        names = ", ".join(kind.name for kind in kinds) or "any meson of the list"
        msg = f"decay of {names} to A' of {m_aprime:g} GeV is closed: it takes an A' below {heaviest:g} GeV"
        raise KinematicsError(msg)
    return found
