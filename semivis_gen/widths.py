"""Old path of `semivis_gen.model`, kept for scripts that name it."""

from semivis_gen.model.channels import LEPTON_MASSES
from semivis_gen.model.widths import (
    Widths,
    chi2_rate_dq2,
    compute_widths,
    ctau_mm,
    gamma_aprime_chi,
    gamma_aprime_lepton,
    gamma_aprime_total,
    gamma_chi2_lepton,
    gamma_chi2_massless,
    gamma_chi2_total,
)

__all__ = [
    "LEPTON_MASSES",
    "Widths",
    "chi2_rate_dq2",
    "compute_widths",
    "ctau_mm",
    "gamma_aprime_chi",
    "gamma_aprime_lepton",
    "gamma_aprime_total",
    "gamma_chi2_lepton",
    "gamma_chi2_massless",
    "gamma_chi2_total",
]
