"""Words for the keys of summary.json."""

from __future__ import annotations

from postprocess.paper.cards import IMPROVED, JULY_2021

__all__ = ["LABELS"]

LABELS: dict[str, tuple[str, str]] = {
    "K_benchmark": ("K at the benchmark point", ""),
    "epsilon_excluded_min": ("smallest excluded epsilon", ""),
    "epsilon_excluded_max": ("largest excluded epsilon", ""),
    "m_aprime_max_gminus2_GeV": ("excluded on the central (g-2) line up to m_A'", "GeV"),
    "splitting_max_gminus2_300MeV": ("on the (g-2) line at m_A' = 0.3 GeV excluded up to f", ""),
    "rcut_efficiency_mean": ("efficiency of the R cut from shower profiles, mean", ""),
    "rcut_efficiency_min": ("the same, smallest", ""),
    "m_aprime_max_1e13_eot_GeV": ("reach on the (g-2) line with 1e13 EOT, m_A'", "GeV"),
    "compact_hcal_relic_m_chi1_max_GeV": ("compact HCAL1: relic line on the (g-2) line covered up to m_chi1", "GeV"),
    "optimised_cuts_gain": ("optimised missing-energy cuts: gain in the expected limit", ""),
    "optimised_cuts_gain_free": ("the same with the visible energy of S1 free", ""),
    "m_aprime_max_gminus2_constant_K_GeV": ("reach on the (g-2) line with K = 0.640", "GeV"),
    f"m_aprime_max_gminus2_GeV_{JULY_2021}": ("the same with production as of July 2021 (IWW)", "GeV"),
    f"m_aprime_max_gminus2_GeV_{IMPROVED}": ("the same with secondaries and annihilation", "GeV"),
    "m_aprime_max_gminus2_GeV_asymptotic": (
        "the same by pyhf's asymptotic formulas: not valid for so few counts",
        "GeV",
    ),
    "chi2_to_muons_largest_share": ("largest share of chi2 -> chi1 mu mu where excluded", ""),
    "alpha_d_landau": ("largest alpha_D without a Landau pole below 1 TeV", ""),
    "wall_time_s": ("wall time", "s"),
}
"""Keys of summary.json that the report explains, in its order: words and unit."""
