import math

import numpy as np
import pytest

from semivis_gen.constants import ALPHA, M_MUON, M_PION, M_PION0
from semivis_gen.errors import CardError
from semivis_gen.model import hadrons
from semivis_gen.model.channels import HADRONS
from semivis_gen.model.hadrons import gamma_aprime_hadrons, hadron_ratios, r_ratio, r_ratio_error
from semivis_gen.model.many_hadrons import MANY
from semivis_gen.model.widths import gamma_aprime_lepton


def test_only_pi0_gamma_below_two_pions_and_p_wave_at_threshold():
    assert not np.any(r_ratio(np.array([-1.0, 0.0, 0.01, M_PION0**2])))
    assert 0 < r_ratio((2 * M_PION) ** 2) < 1e-4
    s = (2 * M_PION) ** 2 * (1 + np.array([1e-3, 2e-3]))  # beta^2 grows linearly there, R as beta^3
    low, high = hadron_ratios(s)[HADRONS.index("pi+ pi-")]
    assert high / low == pytest.approx(2**1.5, rel=4e-3)


def test_threshold_agrees_with_the_expansion_of_the_form_factor():
    # R = beta^3 |F|^2 / 4 with F = 1 + <r^2> s / 6 + c s^2, <r> = 0.659 fm (PDG), c = 3.9 GeV^-4 (hep-ph/0506275)
    s = 0.29**2
    form_factor = 1 + (0.659 / 0.1973) ** 2 * s / 6 + 3.9 * s**2
    expected = 0.25 * (1 - 4 * M_PION**2 / s) ** 1.5 * form_factor**2
    assert r_ratio(s) == pytest.approx(expected, rel=0.03)


def test_continuous_within_errors_where_the_data_begin_and_end():
    below, above = r_ratio(np.array([0.6 - 1e-6, 0.6 + 1e-6]) ** 2)
    assert abs(below / above - 1) < 0.03
    assert r_ratio(11.1**2) == pytest.approx(r_ratio(11.11**2))
    assert r_ratio(50.0**2) == r_ratio(12.0**2)


def test_errors_of_r():
    assert r_ratio_error(0.5**2) == pytest.approx(0.03 * r_ratio(0.5**2))
    assert 0.004 < r_ratio_error(0.76**2) / r_ratio(0.76**2) < 0.012
    assert 0.005 < r_ratio_error(2.5**2) / r_ratio(2.5**2) < 0.08


def test_final_states_are_all_of_r():
    s = np.array([0.2, 0.5, 0.77, 0.9, 1.0195, 1.03, 1.2, 2.0, 5.0]) ** 2
    parts = hadron_ratios(s)
    assert parts.shape == (len(HADRONS), len(s))
    assert (parts >= 0).all()
    assert parts.sum(axis=0) == pytest.approx(r_ratio(s), rel=1e-12)
    many = parts[HADRONS.index(MANY[0]) :]
    assert not many[:, :6].any()
    assert many[:, -1].sum() > 0.95 * r_ratio(25.0)
    phi = parts[:, 4]
    assert phi[HADRONS.index("K+ K-")] / phi.sum() == pytest.approx(0.495, abs=0.02)  # PDG: 0.491


def test_resonances_and_plateaus():
    energy = np.linspace(0.6, 1.1, 5001)
    r = r_ratio(energy**2)
    omega = np.abs(energy - 0.7825) < 0.05
    assert energy[omega][np.argmax(r[omega])] == pytest.approx(0.7827, abs=2e-3)  # omega on top of the rho
    assert energy[np.argmax(r)] == pytest.approx(1.0195, abs=5e-4)  # phi
    # pion form factor at the rho peak: |F|^2 = 45 (CMD-2, KLOE), R = beta^3 |F|^2 / 4
    assert r_ratio(0.76**2) == pytest.approx(0.25 * (1 - 4 * M_PION**2 / 0.76**2) ** 1.5 * 45, rel=0.06)
    three_flavours = 2.0 * (1 + 0.3 / math.pi)  # QCD, alpha_s(2 GeV) = 0.30
    assert np.mean(r_ratio(np.linspace(2.0, 3.6, 200) ** 2)) == pytest.approx(three_flavours, rel=0.05)
    four_flavours = 10 / 3 * (1 + 0.18 / math.pi)  # alpha_s(10 GeV) = 0.18
    assert np.mean(r_ratio(np.linspace(6.0, 10.4, 200) ** 2)) == pytest.approx(four_flavours, rel=0.04)


def test_duplicate_energies_are_averaged():
    root_s, r, _ = hadrons._table()
    assert np.all(np.diff(root_s) > 0)
    # 1.01716 GeV occurs twice in the file: 23.8883 and 23.9813
    value = r[np.argmin(np.abs(root_s - 1.01716))]
    assert 23.8883 < value < 23.9813


def test_width_is_that_of_muons_times_r():
    m = np.array([0.5, 0.77, 1.5])
    gamma = gamma_aprime_hadrons(m, 1e-3)
    muons = [float(gamma_aprime_lepton(x, 1e-3, 1e-6)) for x in m]
    np.testing.assert_allclose(gamma, r_ratio(m**2) * muons, rtol=1e-9)
    assert gamma_aprime_hadrons(0.13, 1e-3) == 0
    assert gamma_aprime_hadrons(0.77, [1e-3, 2e-3]) == pytest.approx(gamma[1] * np.array([1, 4]))
    ratio = gamma_aprime_hadrons(0.77, 1.0) / gamma_aprime_lepton(0.77, 1.0, M_MUON)
    assert ratio == pytest.approx(10.0, rel=0.05)  # hadrons beat muons tenfold on the rho
    assert gamma_aprime_hadrons(1.0, 2e-3) == pytest.approx(4 * gamma_aprime_hadrons(1.0, 1e-3))
    assert gamma_aprime_hadrons(1.0, 1.0) == pytest.approx(float(r_ratio(1.0)) * ALPHA / 3)


@pytest.mark.parametrize("text", [None, "0.3,1\n", "0.3,x,1,1\n"])
def test_missing_or_malformed_data(tmp_path, monkeypatch, text):
    (tmp_path / "data").mkdir()
    if text is not None:
        (tmp_path / "data" / "r_ratio_pdg2020.csv").write_text(text)
    monkeypatch.setattr(hadrons, "cards_dir", lambda: tmp_path)
    hadrons._table.cache_clear()
    try:
        with pytest.raises(CardError, match="R\\(s\\)"):
            r_ratio(1.0)
    finally:
        hadrons._table.cache_clear()
