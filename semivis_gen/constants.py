"""Physical constants and particle ids, each with its source. GeV and mm throughout."""

from __future__ import annotations

from typing import Final

# PDG 2022 (PTEP 2022, 083C01), table 1.1, derived exactly from the SI definitions of h, c and e
HBARC_GEV_MM: Final = 1.973269804e-13  # hbar c [GeV mm]
HBARC2_GEV2_PB: Final = 3.893793721e8  # (hbar c)^2 [GeV^2 pb]
AVOGADRO: Final = 6.02214076e23  # [1/mol], exact in the SI since 2019
PB_TO_CM2: Final = 1e-36  # 1 barn = 1e-24 cm^2

# Thomson limit: momentum transfers in dark bremsstrahlung are tiny, so alpha does not run
ALPHA: Final = 1.0 / 137.035999  # CODATA 2018

# PDG 2022 lepton and nucleon masses [GeV]
M_ELECTRON: Final = 0.51099895e-3
M_MUON: Final = 0.1056583755
M_TAU: Final = 1.77686
M_PROTON: Final = 0.93827208816
# PDG 2022 meson masses [GeV]
M_PION: Final = 0.13957039  # pi+-
M_PION0: Final = 0.1349768
M_KAON: Final = 0.493677  # K+-
M_KAON0: Final = 0.497611
ATOMIC_MASS_UNIT: Final = 0.93149410242  # [GeV]

# PDG Monte Carlo numbering; 51-60 is the range for dark matter and Pythia 8 uses the same ids
ID_APRIME: Final = 55
ID_CHI1: Final = 52
ID_CHI2: Final = 58
ID_ELECTRON: Final = 11
ID_POSITRON: Final = -11
ID_MUON: Final = 13
ID_TAU: Final = 15
ID_PHOTON: Final = 22
ID_PROTON: Final = 2212
NUCLEUS_IDS: Final = 1_000_000_000
"""Ids of nuclei lie above, see `nucleus_id`."""


def nucleus_id(z: int, a: int) -> int:
    """PDG id 100ZZZAAA0 of a nucleus in its ground state.

    Parameters
    ----------
    z, a : int
        Charge and mass number; 82 and 208 give 1000822080.

    Returns
    -------
    int
        The id, PDG review "Monte Carlo particle numbering scheme".
    """
    return NUCLEUS_IDS + 10_000 * z + 10 * a


def nucleus_charge(pdg: int) -> int:
    """Charge number of a nucleus, inverse of `nucleus_id`; 1 for the proton, 0 for what is no nucleus."""
    return 1 if pdg == ID_PROTON else pdg // 10_000 % 1000 if pdg > NUCLEUS_IDS else 0
