from .hadrons import gamma_aprime_hadrons as gamma_aprime_hadrons, r_ratio as r_ratio
from .particles import MESONS as MESONS, Particle as Particle, label as label, labels as labels
from .point import (
    DarkMasses as DarkMasses,
    DarkSector as DarkSector,
    MassShape as MassShape,
    check_couplings as check_couplings,
)
from .widths import (
    LEPTON_MASSES as LEPTON_MASSES,
    Widths as Widths,
    chi2_rate_dq2 as chi2_rate_dq2,
    compute_widths as compute_widths,
    ctau_mm as ctau_mm,
    gamma_aprime_chi as gamma_aprime_chi,
    gamma_aprime_lepton as gamma_aprime_lepton,
    gamma_aprime_total as gamma_aprime_total,
    gamma_chi2_lepton as gamma_chi2_lepton,
    gamma_chi2_massless as gamma_chi2_massless,
    gamma_chi2_total as gamma_chi2_total,
)
