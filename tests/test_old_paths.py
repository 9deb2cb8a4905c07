"""Import paths that earlier documentation named still work, and give the same things."""

import importlib

import pytest

# old path, new package, names that were public there
PATHS = [
    (
        "semivis_gen.widths",
        "semivis_gen.model",
        "LEPTON_MASSES Widths chi2_rate_dq2 compute_widths ctau_mm gamma_aprime_chi gamma_aprime_lepton "
        "gamma_aprime_total gamma_chi2_lepton gamma_chi2_massless gamma_chi2_total",
    ),
    ("semivis_gen.hadrons", "semivis_gen.model", "gamma_aprime_hadrons r_ratio"),
    (
        "postprocess.relic",
        "postprocess.companions",
        "relic_alpha_d relic_epsilon relic_line relic_splitting y_parameter",
    ),
    ("semivis_gen", "semivis_gen.model", "DarkMasses DarkSector Widths compute_widths"),
    ("semivis_gen", "semivis_gen.events", "Events IdMap RunInfo"),
]


@pytest.mark.parametrize(("old", "new", "names"), PATHS, ids=lambda v: v.split()[0])
def test_old_names_are_the_new_ones(old, new, names):
    before, now = importlib.import_module(old), importlib.import_module(new)
    for name in names.split():
        assert getattr(before, name) is getattr(now, name), name


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("semivis_gen.engines.calchep", "calchep_width calchep_aprime_width"),
        ("semivis_gen.engines.madgraph", "copy_ufo"),
        ("semivis_gen.engines.pythia", "attach meson_settings particle_data aprime_branching decay_with_pythia"),
        ("semivis_gen.resources", "cards_dir"),
    ],
)
def test_documented_modules_keep_their_place(module, names):
    for name in names.split():
        assert callable(getattr(importlib.import_module(module), name)), name
