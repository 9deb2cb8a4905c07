"""Three pions of a virtual A' against the Levi-Civita current, direct integration and the edge of the Dalitz plot."""

import numpy as np
import pytest

from semivis_gen.constants import M_PION, M_PION0
from semivis_gen.decay.three_pions import ROOM, THRESHOLD, _bounds, dalitz_density, sample_dalitz
from semivis_gen.model.vector_mesons import rho_propagator

MASSES = (0.43, 0.7826, 1.0195, 1.6)


def largest(q):
    return (q * q + M_PION**2 - (M_PION + M_PION0) ** 2) / (2 * q)


@pytest.mark.parametrize("q", MASSES)
def test_density_is_the_square_of_the_current(q):
    # J = eps^{i a b c} p+_a p-_b p0_c = q (p+ x p-) in the frame of the three, from momenta built by hand
    plus, minus = 0.6 * (largest(q) - M_PION) + M_PION, 0.5 * (largest(q) - M_PION) + M_PION
    a, b = np.sqrt(plus**2 - M_PION**2), np.sqrt(minus**2 - M_PION**2)
    zero = q - plus - minus
    cosine = (zero**2 - M_PION0**2 - a * a - b * b) / (2 * a * b)
    first = np.array([plus, a, 0, 0])
    second = np.array([minus, b * cosine, b * np.sqrt(1 - cosine**2), 0])
    third = np.array([q, 0, 0, 0]) - first - second
    minors = [np.linalg.det(np.delete(np.stack([first, second, third]), i, axis=1)) for i in range(4)]
    current = sum(m * m for m in minors[1:]) - minors[0] ** 2
    masses = ((first, second), (first, third), (second, third))
    pairs = [np.array((p + r)[0] ** 2 - ((p + r)[1:] ** 2).sum()) for p, r in masses]
    expected = 4 * current / q**2 * abs(sum(complex(rho_propagator(s)) for s in pairs)) ** 2
    assert float(dalitz_density(np.array(q), np.array(plus), np.array(minus))) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("q", MASSES)
def test_sampled_energies_follow_the_density(q):
    n, bins = 80_000, 12
    plus, minus = sample_dalitz(np.full(n, q), np.random.default_rng(5))
    assert (dalitz_density(np.full(n, q), plus, minus) > 0).all()
    x = M_PION + (largest(q) - M_PION) * (np.arange(1200) + 0.5) / 1200
    density = dalitz_density(np.array(q), x[:, None], x).reshape(bins, 100, bins, 100).sum(axis=(1, 3))
    edges = np.linspace(M_PION, largest(q), bins + 1)
    count = np.histogram2d(plus, minus, [edges, edges])[0]
    expected = density / density.sum() * n
    good = expected > 20
    chi2 = ((count - expected)[good] ** 2 / expected[good]).sum()
    assert chi2 < good.sum() + 4 * np.sqrt(2 * good.sum())
    assert abs((plus - minus).mean()) < 4 * (plus - minus).std() / np.sqrt(n)  # charge conjugation


def test_the_bound_holds_everywhere():
    rng = np.random.default_rng(6)
    q = THRESHOLD + np.exp(rng.uniform(np.log(ROOM[0]), np.log(ROOM[-1]), 400_000))
    bound = np.exp(np.interp(np.log(q - THRESHOLD), np.log(ROOM), np.log(_bounds())))
    plus, minus = (M_PION + (largest(q) - M_PION) * rng.random(len(q)) for _ in range(2))
    assert (dalitz_density(q, plus, minus) / bound).max() < 0.9
