import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from support.cards import experiment
from support.entries import requiring

from postprocess.acceptance.table import AcceptanceTable
from postprocess.experiment.schema import load_experiment
from postprocess.signal.yields import expected_yields
from semivis_gen.constants import HBARC_GEV_MM, M_MUON
from semivis_gen.errors import ParameterError
from semivis_gen.model.hadrons import gamma_aprime_hadrons
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import gamma_aprime_lepton, gamma_chi2_lepton, gamma_chi2_total
from semivis_gen.numerics.estimate import Estimate

RATE = Estimate(9.01e-6, 1e-8)
MASSES = DarkMasses(0.3)


def table_for(masses=MASSES, mode="semivisible", experiment="na64-2018"):
    """Acceptances of one energy in closed form: c tau gamma = 400 c tau."""
    ctau = np.geomspace(1e-2, 1e7, 120)
    s1 = 0.3 * (np.exp(-2875 / 400 / ctau) - np.exp(-6000 / 400 / ctau))
    s2 = 0.6 * np.exp(-6000 / 400 / ctau)
    names, beyond = ("S1", "S2"), (False, True)
    columns = [s1, s2]
    if mode == "invisible":
        names, beyond, columns = ("S2",), (True,), [np.full_like(ctau, 0.6)]
    acceptance = np.stack(columns, axis=1)
    return AcceptanceTable(
        experiment=experiment,
        mode=mode,
        masses=masses,
        signatures=names,
        beyond=beyond,
        ctau_mm=ctau,
        acceptance=acceptance,
        error=0.01 * acceptance,
        events=10_000,
        e_min=13.5,
    )


def test_small_mixing_leaves_missing_energy_only(na64):
    epsilon = np.array([1e-7, 1e-6, 1e-5])
    signal = expected_yields(table_for(), na64, RATE, alpha_d=0.1, epsilon=epsilon)
    s1, s2 = signal.expected.T
    assert s2 == pytest.approx(2.84e11 * epsilon**2 * RATE.value * 0.6, rel=1e-4)  # N ~ eps^2
    assert s1[1:] / s1[:-1] == pytest.approx(np.full(2, 1e4), rel=1e-3)  # the decay costs another eps^2


def test_large_mixing_is_cut_off_exponentially(na64):
    epsilon = np.array([0.02, 0.04])
    signal = expected_yields(table_for(), na64, RATE, alpha_d=0.1, epsilon=epsilon)
    ctau = signal.ctau_mm
    assert ctau[0] / ctau[1] == pytest.approx(4)
    expected = 0.6 * np.exp(-6000 / 400 / ctau) * 2.84e11 * epsilon**2 * RATE.value
    assert signal.expected[:, 1] == pytest.approx(expected, rel=1e-2)


def test_a_point_by_hand(na64):
    signal = expected_yields(table_for(), na64, RATE, alpha_d=0.1, epsilon=1e-3)
    ctau = HBARC_GEV_MM / float(gamma_chi2_total(MASSES, 0.1, 1e-3))
    assert signal.ctau_mm == pytest.approx(ctau)
    s1 = 0.3 * (np.exp(-2875 / 400 / ctau) - np.exp(-6000 / 400 / ctau))
    assert signal.expected[0] == pytest.approx(2.84e11 * 1e-6 * RATE.value * s1, rel=1e-3)
    assert signal.error / signal.expected == pytest.approx(np.full(2, np.hypot(0.01, 1e-8 / 9.01e-6)))


def test_relative_error_of_all_signatures_together(na64):
    signal = expected_yields(table_for(), na64, RATE, alpha_d=0.1, epsilon=1e-3)
    assert signal.relative_error == pytest.approx(np.sqrt((signal.error**2).sum()) / signal.expected.sum(), rel=1e-12)
    assert expected_yields(table_for(), na64, RATE, alpha_d=0.1, epsilon=0.0).relative_error == 0.0


def test_more_beam_gives_proportionally_more_signal(na64, tmp_path):
    (tmp_path / "more.yaml").write_text(
        "extends: na64-2018\nexposure: {particles_on_target: {value: 5.68e+11, status: assumed, note: twice}}\n"
    )
    one, two = (
        expected_yields(table_for(), card, RATE, alpha_d=0.1, epsilon=[1e-4, 1e-3]).expected
        for card in (na64, load_experiment(tmp_path / "more.yaml"))
    )
    assert two == pytest.approx(2 * one)


def test_muon_pairs_shorten_the_life_but_are_not_seen(na64):
    heavy = DarkMasses(1.2, 3.0, 0.7)  # Delta = 0.28 GeV: chi2 -> chi1 mu+ mu- is open
    signal = expected_yields(table_for(heavy), na64, RATE, alpha_d=0.1, epsilon=3e-4)
    total = float(gamma_chi2_total(heavy, 0.1, 3e-4))
    share = float(gamma_chi2_lepton(heavy, 0.1, 3e-4)) / total
    assert share < 0.95
    acceptance, _ = table_for(heavy).at(HBARC_GEV_MM / total)
    made = 2.84e11 * 9e-8 * RATE.value
    assert signal.expected == pytest.approx(made * acceptance * [share, 1.0], rel=1e-4)


def test_any_requirement_on_products_leaves_muon_pairs_out(na64):
    heavy = DarkMasses(1.2, 3.0, 0.7)
    asking = requiring(na64, "S2", SimpleNamespace(products=True))
    plain, asked = (
        expected_yields(table_for(heavy), card, RATE, alpha_d=0.1, epsilon=3e-4).expected for card in (na64, asking)
    )
    share = float(gamma_chi2_lepton(heavy, 0.1, 3e-4) / gamma_chi2_total(heavy, 0.1, 3e-4))
    assert asked / plain == pytest.approx([1.0, share])


def test_the_invisible_mode_does_not_know_the_lifetime(na64):
    signal = expected_yields(table_for(mode="invisible"), na64, RATE, alpha_d=[0.01, 0.1], epsilon=1e-5)
    assert signal.expected[:, 0] == pytest.approx(np.full(2, 2.84e11 * 1e-10 * RATE.value * 0.6), rel=1e-6)
    assert np.all(np.isinf(signal.ctau_mm))


def test_a_chi2_that_cannot_decay_leaves_missing_energy(na64):
    light = DarkMasses(0.004)  # Delta = 0.53 MeV < 2 m_e
    assert not light.chi2_decays
    signal = expected_yields(table_for(light), na64, RATE, alpha_d=0.1, epsilon=1e-5)
    assert signal.expected[0] == 0
    assert signal.expected[1] == pytest.approx(2.84e11 * 1e-10 * RATE.value * 0.6, rel=1e-4)


def test_the_visible_mode_decays_aprime_to_leptons():
    e137 = experiment("e137")
    both = table_for(DarkMasses(0.25), mode="visible", experiment="e137")
    columns = {"acceptance": both.acceptance[:, :1], "error": both.error[:, :1]}
    table = dataclasses.replace(both, signatures=("shower",), beyond=(False,), **columns)
    signal = expected_yields(table, e137, RATE, alpha_d=0.1, epsilon=1e-7)
    electrons, muons = (float(gamma_aprime_lepton(0.25, 1e-7, m)) for m in (0.51099895e-3, M_MUON))
    hadrons = float(gamma_aprime_hadrons(0.25, 1e-7))  # pi0 gamma
    assert 0 < hadrons < 1e-4 * electrons
    ctau = HBARC_GEV_MM / (electrons + muons + hadrons)
    assert signal.ctau_mm == pytest.approx(ctau)
    made = 1.87e20 * 1e-14 * RATE.value * electrons / (electrons + muons + hadrons)
    assert signal.expected[0] == pytest.approx(made * table.at(ctau)[0][0])


def test_couplings_broadcast(na64):
    signal = expected_yields(table_for(), na64, RATE, alpha_d=np.ones((3, 1)) * 0.1, epsilon=np.ones(4) * 1e-3)
    assert signal.expected.shape == (3, 4, 2)
    assert signal.ctau_mm.shape == (3, 4)


def test_tables_of_other_experiments_and_bad_couplings(na64):
    with pytest.raises(ParameterError, match="is of experiment 'e137'"):
        expected_yields(table_for(experiment="e137"), na64, RATE, alpha_d=0.1, epsilon=1e-3)
    with pytest.raises(ParameterError, match="masses None"):
        expected_yields(table_for(masses=None), na64, RATE, alpha_d=0.1, epsilon=1e-3)
    with pytest.raises(ParameterError, match="alpha_D must be positive"):
        expected_yields(table_for(), na64, RATE, alpha_d=0.0, epsilon=1e-3)
    for alpha_d, epsilon in (([0.1, 0.0], 1e-3), (0.1, [1e-3, -1e-3])):  # one of several is enough
        with pytest.raises(ParameterError, match="alpha_D must be positive, epsilon not negative"):
            expected_yields(table_for(), na64, RATE, alpha_d=alpha_d, epsilon=epsilon)
