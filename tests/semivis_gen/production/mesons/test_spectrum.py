"""Spectra in cells: sums, draws, and the spectra of others."""

import numpy as np
import pytest

from semivis_gen.errors import ParameterError
from semivis_gen.numerics.kinematics import energy_of
from semivis_gen.production.mesons.species import meson
from semivis_gen.production.mesons.spectrum import FittedMesons, fitted_spectrum

CU, FE = 63.546, 55.845
# SensCalc's spectra (2305.13383): mean energy, quantiles of the energy at 10, 50, 90 % [GeV], mean pT [GeV]
SENSCALC = {
    (400.0, "pi0"): (14.14, (0.69, 5.17, 36.4), 0.357),
    (400.0, "eta"): (24.50, (1.89, 11.2, 62.2), 0.496),
    (400.0, "eta'"): (31.78, (3.40, 16.6, 78.9), 0.553),
    (70.0, "pi0"): (4.27, (0.44, 2.17, 10.6), 0.349),
    (70.0, "eta"): (7.41, (1.24, 4.67, 17.2), 0.481),
    (70.0, "eta'"): (9.66, (2.28, 6.89, 20.8), 0.513),
}


def drawn(energy, mass_number, name, n=60_000, seed=1):
    mesons = FittedMesons.of(energy, mass_number, {meson(name): 1.0})
    rng = np.random.default_rng(seed)
    entry = rng.choice(len(mesons.weight), n, p=mesons.weight)
    return mesons, entry, mesons.momenta(entry, rng)


@pytest.mark.parametrize(("energy", "name"), SENSCALC)
def test_spectra_of_others(energy, name):
    """Other models of hadrons: the bands are what is seen, none is an error."""
    _, _, p = drawn(energy, CU if energy == 400.0 else FE, name)
    mean, quantiles, mean_pt = SENSCALC[energy, name]
    e = energy_of(p, meson(name).mass)
    assert e.mean() == pytest.approx(mean, rel=0.13)
    assert np.hypot(p[:, 0], p[:, 1]).mean() == pytest.approx(mean_pt, rel=0.12)
    np.testing.assert_allclose(np.quantile(e, [0.1, 0.5, 0.9]), quantiles, rtol=0.22)


def test_sums_are_those_of_draws():
    mesons, _, p = drawn(400.0, CU, "eta")
    e, pt = energy_of(p, meson("eta").mass), np.hypot(p[:, 0], p[:, 1])
    for values, function in (
        (e, lambda pdg, q: energy_of(q, meson("eta").mass)),
        (pt, lambda pdg, q: np.hypot(q[:, 0], q[:, 1])),
        (e > 30.0, lambda pdg, q: (energy_of(q, meson("eta").mass) > 30.0).astype(float)),
    ):
        total = mesons.total(function)
        assert abs(values.mean() - total.value) < 4 * np.hypot(values.std() / np.sqrt(len(e)), total.error)


def test_the_error_covers_finer_cells(monkeypatch):
    mesons = FittedMesons.of(70.0, FE, {meson("pi0"): 2.3, meson("eta"): 0.3})

    def soft(pdg, q):
        return np.exp(-q[:, 2])

    total = mesons.total(soft)
    finer = mesons._sum(soft, (1024, 512))
    assert total.error < 1e-3 * total.value
    assert abs(total.value - finer) < total.error


def test_momenta_stay_in_the_energy_range_of_their_cell_and_in_phase_space():
    mesons, entry, p = drawn(70.0, FE, "pi0")
    e = energy_of(p, meson("pi0").mass)
    assert (e >= mesons.low[entry] * (1 - 1e-12)).all()
    assert (e <= mesons.top[entry] * (1 + 1e-12)).all()
    assert e.max() < 70.0
    mean = p[:, :2].mean(axis=0) / p[:, :2].std(axis=0) * np.sqrt(len(p))
    assert (np.abs(mean) < 4).all()  # no direction across the beam is preferred


def test_every_cell_of_several_kinds_gives_momenta_in_its_range():
    kinds = [meson("pi0"), meson("eta"), meson("eta'")]
    mesons = FittedMesons.of(70.0, FE, dict.fromkeys(kinds, 1.0))
    entry = np.arange(len(mesons.weight))
    p = mesons.momenta(entry, np.random.default_rng(2))
    mass = np.select([mesons.pdg == kind.pdg for kind in kinds], [kind.mass for kind in kinds])
    e = energy_of(p, mass)
    assert (e >= mesons.low * (1 - 1e-12)).all()
    assert (e <= mesons.top * (1 + 1e-12)).all()


def test_numbers_add():
    mesons = FittedMesons.of(400.0, CU, {meson("pi0"): 3.0, meson("eta"): 0.5})
    assert mesons.weight[mesons.pdg == 111].sum() == pytest.approx(3.0, rel=1e-12)
    assert mesons.weight[mesons.pdg == 221].sum() == pytest.approx(0.5, rel=1e-12)
    assert mesons.total(lambda pdg, p: (pdg == 221).astype(float)).value == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("energy", [8.9, 6500.0])
def test_the_fit_is_refused_where_it_has_not_been_compared(energy):
    with pytest.raises(ParameterError, match=r"the meson spectra of the BMPT fit hold from 60 to 800 GeV; give a list"):
        fitted_spectrum(meson("pi0"), energy, CU)
