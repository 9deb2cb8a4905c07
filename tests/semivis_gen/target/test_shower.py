"""The shower against analytic cascade theory (approximation A)."""

import numpy as np
import pytest
from scipy.integrate import quad

from semivis_gen.errors import ParameterError
from semivis_gen.target.shower import PAIR_RATE, electromagnetic_shower


@pytest.fixture(scope="module")
def shower():
    return electromagnetic_shower(100.0, 1.0, 60.0, bins_per_e_fold=30)


def brems(y):
    return (4 / 3 - 4 / 3 * y + y * y) / y


def pair(x):
    return 1 - 4 / 3 * x * (1 - x)


def determinant(s):
    """Of the depth-integrated cascade equations in Mellin space; its zero at s = 1 is energy conservation."""
    loss = quad(lambda y: brems(y) * (1 - (1 - y) ** s), 0, 1)[0]
    to_pairs = 2 * quad(lambda x: x**s * pair(x), 0, 1)[0]
    to_photons = quad(lambda y: y**s * brems(y), 0, 1)[0]
    return loss * PAIR_RATE - to_pairs * to_photons


def differential(shower, array):
    return array.sum(axis=1) / np.diff(shower.energy_edges) * shower.energies**2 / 100.0


def test_track_length_far_below_the_beam_energy_is_the_exact_limit(shower):
    # T(E) -> C E0/E^2 with C the residue at s = 1
    step = 1e-4
    exact = PAIR_RATE / ((determinant(1 + step) - determinant(1 - step)) / (2 * step))
    charged = differential(shower, shower.primary + shower.electrons + shower.positrons)
    assert charged[(shower.energies > 1.2) & (shower.energies < 1.6)] == pytest.approx(exact, rel=1e-3)
    # Rossi, High-Energy Particles (1952), sec. 5.11, from slightly other cross-sections: 0.437 and 0.572
    assert exact == pytest.approx(0.437, rel=0.02)


def test_photons_stand_to_electrons_as_nine_to_seven(shower):
    low = (shower.energies > 1.2) & (shower.energies < 1.6)
    charged = differential(shower, shower.primary + shower.electrons + shower.positrons)[low]
    assert differential(shower, shower.photons)[low] == pytest.approx(9 / 7 * charged, rel=2e-3)
    assert differential(shower, shower.photons)[low] == pytest.approx(0.572, rel=0.02)  # Rossi


def test_first_secondaries_have_their_closed_form():
    # thin target: photons t (4/3 - 4/3 y + y^2)/y, pairs of their conversion t^2/2
    thin = electromagnetic_shower(100.0, 10.0, 1e-3, bins_per_e_fold=60)
    y = thin.energies / 100.0
    inner = (y > 0.15) & (y < 0.85)
    photons = thin.photons.sum(axis=1) / np.diff(thin.energy_edges)
    assert photons[inner] == pytest.approx(1e-3**2 / 2 * brems(y[inner]) / 100.0, rel=0.01)
    positrons = thin.positrons.sum(axis=1) / np.diff(thin.energy_edges)
    expected = [quad(lambda k, e=e: brems(k) / k * pair(e / k), e, 1)[0] for e in y[inner]]
    assert positrons[inner] == pytest.approx(1e-3**3 / 6 * np.array(expected) / 100.0, rel=0.02)


def test_doubling_the_beam_energy_scales_the_shower():
    one = electromagnetic_shower(50.0, 5.0, 20.0, bins_per_e_fold=20)
    two = electromagnetic_shower(100.0, 10.0, 20.0, bins_per_e_fold=20)
    assert two.positrons == pytest.approx(one.positrons, rel=1e-12)
    assert two.energies == pytest.approx(2 * one.energies, rel=1e-12)


def test_finer_bins_change_little_where_it_counts():
    coarse, fine = (electromagnetic_shower(100.0, 25.0, 40.0, bins_per_e_fold=b) for b in (30, 120))

    def above(shower, energy):
        """Cumulative track length, interpolated within the bin."""
        total = np.cumsum((shower.electrons + shower.positrons).sum(axis=1)[::-1])[::-1]
        return np.interp(energy, shower.energy_edges[:-1], total)

    assert above(coarse, 50.0) == pytest.approx(above(fine, 50.0), rel=0.02)
    assert above(coarse, 30.0) == pytest.approx(above(fine, 30.0), rel=0.01)


@pytest.mark.parametrize(
    ("energy", "cut", "depth"), [(100, 100, 40), (100, -1, 40), (100, 1, 0), (100, 1, float("nan"))]
)
def test_a_shower_that_makes_no_sense_is_refused(energy, cut, depth):
    with pytest.raises(ParameterError, match="energy cut < beam energy"):
        electromagnetic_shower(energy, cut, depth)
