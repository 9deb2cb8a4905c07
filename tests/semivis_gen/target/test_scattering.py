"""Angles of particles in a dump against cascade theory, closed forms and a Monte Carlo of single showers."""

import numpy as np
import pytest
from scipy.integrate import quad

from semivis_gen.constants import ID_MUON
from semivis_gen.errors import ParameterError
from semivis_gen.target import ThickTarget, material
from semivis_gen.target.scattering import PER_X0, shower_angles
from semivis_gen.target.shower import PAIR_RATE


def brems(y):
    return (4 / 3 - 4 / 3 * y + y * y) / y


def loss(s):
    """Of the depth-integrated cascade equations for E^-(s + 1), photons eliminated."""
    electrons = quad(lambda y: brems(y) * (1 - (1 - y) ** s), 0, 1)[0]
    pairs = 2 * quad(lambda x: x**s * (1 - 4 / 3 * x * (1 - x)), 0, 1)[0]
    return electrons - pairs * quad(lambda y: y**s * brems(y), 0, 1)[0] / PAIR_RATE


def test_angles_far_below_the_beam_energy_are_the_exact_limit():
    # spectra go as E^-2, sums of theta^2 as E^-4, of theta^4 as E^-6: <theta^2> E^2 = PER_X0 / loss(3)
    angles = shower_angles(100.0, 0.1, 60.0)
    track, mean = angles.track.sum(axis=(0, 2)), (angles.track * angles.variance).sum(axis=(0, 2))
    square = (angles.track * angles.variance**2 * (1 + angles.spread)).sum(axis=(0, 2))
    exact = 1 / loss(3)
    assert (mean / track)[-10:] / PER_X0 == pytest.approx(exact, rel=3e-3)
    assert (square / track)[-10:] / PER_X0**2 == pytest.approx(2 * exact / loss(5), rel=0.03)
    assert exact == pytest.approx(0.57, rel=0.02)  # Roberg and Nordheim (1949)


def test_angle_of_a_beam_that_loses_little_grows_with_the_root_of_the_depth():
    # close to the beam energy the primary particle has had it all the way
    angles = shower_angles(100.0, 50.0, 1.0)
    depth = (np.arange(4) + 0.5) * 0.25
    assert angles.variance[0, 0] == pytest.approx(PER_X0 * depth, rel=1e-6)
    assert angles.spread[0, 0, 1:] == pytest.approx(0.0, abs=0.2)


def single_showers(n, beam, cut, depth, rng, step=0.02, soft=0.01):
    """Track of charged particles above a cut: energies, angles in x, whether of the shower; one entry a step."""
    y = np.geomspace(soft, 1, 400)
    rate = np.r_[0, np.cumsum(0.5 * (brems(y)[1:] + brems(y)[:-1]) * np.diff(y))]
    slow = quad(lambda y: y * brems(y), 0, soft)[0]
    x = np.linspace(0, 1, 400)
    pairs = np.cumsum(1 - 4 / 3 * x * (1 - x))
    e, angle, kind = np.full(n, beam), np.zeros(n), np.zeros(n, dtype=int)  # 0 beam, 1 shower, 2 photon
    out = []
    for _ in range(round(depth / step)):
        charged = kind < 2
        e = np.where(charged, e * np.exp(-slow * step), e)
        kick = np.sqrt(PER_X0 / 2 * step) / e * rng.standard_normal(len(e))
        angle = angle + np.where(charged, kick, 0)
        out.append((e[charged], angle[charged], kind[charged]))
        u = rng.random(len(e))
        radiates = np.flatnonzero(charged & (u < -np.expm1(-rate[-1] * step)))
        converts = np.flatnonzero(~charged & (u < -np.expm1(-PAIR_RATE * step)))
        k = e[radiates] * np.interp(rng.random(len(radiates)) * rate[-1], rate, y)
        e[radiates] -= k
        part = e[converts] * np.interp(rng.random(len(converts)) * pairs[-1], pairs, x)
        e[converts] -= part
        kind[converts] = 1
        e = np.r_[e, k, part]
        angle = np.r_[angle, angle[radiates], angle[converts]]
        kind = np.r_[kind, np.full(len(k), 2), np.full(len(part), 1)]
        keep = e > cut
        e, angle, kind = e[keep], angle[keep], kind[keep]
    return (np.concatenate(column) for column in zip(*out, strict=True))


def test_share_of_particles_near_the_axis_is_that_of_single_showers():
    rng = np.random.default_rng(3)
    energy, angle, kind = single_showers(4000, 20.0, 2.0, 12.0, rng)
    angles = shower_angles(20.0, 2.0, 12.0)
    mine = (energy > 2.0) & (energy < 3.0) & (kind == 1)
    assert np.isclose((angle[mine] * energy[mine]).std(), np.sqrt(0.58 * PER_X0 / 2), rtol=0.05)
    # drawn at the depths where the shower's track at 2 to 3 GeV is
    rows = np.exp(-angles.width * np.arange(angles.track.shape[1])) * 20.0
    weight = angles.track[1, (rows > 2.0) & (rows < 3.0)].sum(axis=0)
    depth = (rng.choice(len(weight), 40000, p=weight / weight.sum()) + 0.5) * angles.step_x0
    slope = angles.sample(rng.choice(energy[mine], 40000), depth, rng, primary=0.0)
    for cone in (1e-3, 2e-3, 4e-3, 8e-3):
        near, drawn = np.mean(np.abs(angle[mine]) < cone), np.mean(np.abs(slope[:, 0]) < cone)
        assert drawn == pytest.approx(near, rel=0.05), cone


def test_scattering_of_muons_is_refused():
    with pytest.raises(ParameterError, match="scattering of a beam of mu-"):
        ThickTarget(160.0, material("Pb"), 40.0, 50.0, ID_MUON, scattering=True)
