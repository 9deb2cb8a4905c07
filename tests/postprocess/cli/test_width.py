import pytest
from click.testing import CliRunner

from postprocess.cli import width
from semivis_gen.model.chi2_leptons import gamma_chi2_lepton
from semivis_gen.model.point import DarkSector
from semivis_gen.model.widths import compute_widths
from semivis_gen.numerics.estimate import Estimate


@pytest.mark.parametrize("m_aprime", [0.3, 1.7, 7.0])
def test_an_engine_that_gives_electrons_alone_finds_the_whole_width(monkeypatch, m_aprime):
    # MadGraph and CalcHEP know chi2 -> chi1 e+ e-; muons and hadrons follow in the native proportion
    point = DarkSector.at(m_aprime)
    electrons = float(gamma_chi2_lepton(point.masses, point.alpha_d, point.epsilon))
    monkeypatch.setattr(width, "_from_engine", lambda *_: Estimate(1.001 * electrons, 1e-3 * electrons))
    record = width.width_record(point, engine="madgraph")
    native = compute_widths(point)
    assert record["ratio_to_native"] == pytest.approx(1.001)
    assert record["gamma_chi2_GeV"] == pytest.approx(1.001 * native.gamma_chi2)
    assert record["gamma_chi2_error_GeV"] == pytest.approx(1e-3 * native.gamma_chi2)
    assert record["ctau_chi2_mm"] == pytest.approx(native.ctau_chi2 / 1.001)
    assert record["native"]["gamma_chi2_GeV"] == native.gamma_chi2
    assert record["native"]["gamma_aprime_GeV"] == native.gamma_aprime
    assert not {"gamma_aprime_GeV", "branching"} & set(record)  # no engine gave these


def test_what_an_engine_did_not_give_is_labelled(monkeypatch):
    point = DarkSector.at(0.3)
    monkeypatch.setattr(width, "_from_engine", lambda *_: Estimate(1e-15, 1e-18))
    shown = CliRunner().invoke(width.command, ["--m-aprime", "0.3", "--engine", "calchep"]).stdout
    head, _, tail = shown.partition("native are:\n")
    assert f"Gamma(A')       {compute_widths(point).gamma_aprime:.6e} GeV" in tail
    assert "BR(" in tail
    assert "1.000000e-15 GeV   (calchep)" in head
