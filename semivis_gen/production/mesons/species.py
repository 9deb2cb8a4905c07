"""Light unflavoured mesons: masses, widths and the branchings that A' production needs (PDG 2022)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MESONS", "MESON_IDS", "M_PI0", "Meson"]

M_PI0 = 0.1349768  # [GeV], PDG 2022


@dataclass(frozen=True, slots=True)
class Meson:
    """A kind of meson; numbers of the PDG, PTEP 2022, 083C01."""

    name: str
    """Name in cards."""
    pdg: int
    """PDG id."""
    mass: float
    """Mass [GeV]."""
    partner: float = 0.0
    """Mass of what A' is made with in M -> A' + photon or pi0 [GeV]."""
    photon_branching: float = 0.0
    """Branching of the same decay with a photon in place of A': two photons, or pi0 and a photon; 0 for none."""
    width: float = 0.0
    """Width [GeV], of vector mesons."""
    ee_width: float = 0.0
    """Width of the decay to e+ e- [GeV], of vector mesons."""

    @property
    def pseudoscalar(self) -> bool:
        """Whether its A' come with a photon."""
        return self.partner == 0.0


MESONS = {
    m.name: m
    for m in (
        Meson("pi0", 111, M_PI0, photon_branching=0.98823),
        Meson("eta", 221, 0.547862, photon_branching=0.3936),
        Meson("eta_prime", 331, 0.95778, photon_branching=0.02307),
        Meson("rho", 113, 0.77526, width=0.1474, ee_width=7.04e-6),
        Meson("omega", 223, 0.78266, partner=M_PI0, photon_branching=0.0835, width=8.68e-3, ee_width=0.60e-6),
        Meson("phi", 333, 1.019461, width=4.249e-3, ee_width=1.27e-6),
    )
}
"""By name."""
MESON_IDS = {m.pdg: m for m in MESONS.values()}
"""By PDG id."""
