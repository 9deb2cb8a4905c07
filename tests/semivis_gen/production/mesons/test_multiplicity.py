"""Mesons per proton by beam energy."""

from itertools import pairwise

import pytest

from semivis_gen.errors import CardError, ParameterError
from semivis_gen.model.particles import MESONS
from semivis_gen.production.mesons import multiplicity
from semivis_gen.production.mesons.multiplicity import mesons_per_proton
from semivis_gen.production.mesons.species import meson


@pytest.mark.parametrize("name", MESONS)
def test_numbers_rise_with_the_beam_energy(name):
    numbers = [mesons_per_proton(meson(name), energy) for energy in (60.0, 70.0, 100.0, 120.0, 300.0, 400.0, 800.0)]
    assert all(a.value < b.value for a, b in pairwise(numbers))
    assert all(0 < n.error < 0.05 * n.value for n in numbers)


def test_between_its_energies_the_table_goes_with_the_logarithm():
    low, high = (mesons_per_proton(meson("pi0"), energy).value for energy in (200.0, 800.0))
    middle = mesons_per_proton(meson("pi0"), 400.0).value
    assert middle == pytest.approx((low + high) / 2, rel=0.02)  # slow rise with ln s
    assert mesons_per_proton(meson("pi0"), 282.8427124746).value == pytest.approx((low + middle) / 2, rel=1e-9)


def test_literature_lies_around():
    """Recasts of CHARM: 2.4, 0.26, 0.03 (1908.07525) and 4.15, 0.47, 0.051 (SensCalc)."""
    for name, (few, many) in {"pi0": (2.4, 4.15), "eta": (0.26, 0.47), "eta'": (0.03, 0.051)}.items():
        assert 0.95 * few < mesons_per_proton(meson(name), 400.0).value < 1.25 * many


def test_outside_of_the_table():
    with pytest.raises(ParameterError, match=r"pi0 per proton are known from 60 to 800 GeV; give pi0_per_proton"):
        mesons_per_proton(meson("pi0"), 8.9)


def test_a_damaged_table_is_said_to_be(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meson_multiplicities.csv").write_text("60,pi0,many,0\n")
    multiplicity._table.cache_clear()
    monkeypatch.setattr(multiplicity, "cards_dir", lambda: tmp_path)
    with pytest.raises(CardError, match="not a readable table of mesons per proton"):
        mesons_per_proton(meson("pi0"), 400.0)
    multiplicity._table.cache_clear()
