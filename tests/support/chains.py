"""Events of the whole chain, built by hand: A' -> chi1 chi2, chi2 -> chi1 e- e+ over a flat pair mass."""

import numpy as np

from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2, ID_ELECTRON, M_ELECTRON
from semivis_gen.events import Events, RunInfo, Topology
from semivis_gen.model import DarkMasses

MASSES = DarkMasses(0.3)
TOPOLOGY = Topology(
    pdg=(11, ID_APRIME, ID_CHI2, ID_CHI1, ID_CHI1, ID_ELECTRON, -ID_ELECTRON),
    status=(-1, 2, 2, 1, 1, 1, 1),
    mothers=((-1, -1), (0, 0), (1, 1), (1, 1), (2, 2), (2, 2), (2, 2)),
)


def isotropic_decay(parent, mass, m1, m2, rng):
    """Two-body decay, written out with an explicit Lorentz boost."""
    k = np.sqrt((mass**2 - (m1 + m2) ** 2) * (mass**2 - (m1 - m2) ** 2)) / (2 * mass)
    direction = rng.normal(size=parent.shape)
    q = k[:, None] * direction / np.linalg.norm(direction, axis=1, keepdims=True)
    energy = np.sqrt((parent**2).sum(axis=1) + mass**2)
    out = []
    for sign, m in ((1, m1), (-1, m2)):
        e = np.sqrt((q**2).sum(axis=1) + m**2)
        along = (sign * q * parent).sum(axis=1)
        out.append(sign * q + parent * ((along / (energy + mass) + e) / mass)[:, None])
    return out


def make_events(n, seed, *, topology=TOPOLOGY, masses=MASSES, wide=1.0):
    """A' of 5 to 100 GeV with a little transverse momentum; chi2 decays over a flat pair mass."""
    rng = np.random.default_rng(seed)
    ones = np.ones(n)
    pz = 100 * rng.power(3, n) * 0.95 + 5
    aprime = np.stack([*(wide * rng.normal(0, 0.3, (2, n))), pz], axis=1)
    chi2, chi1 = isotropic_decay(aprime, ones * masses.m_aprime, ones * masses.m_chi2, ones * masses.m_chi1, rng)
    pair_mass = rng.uniform(0.05, 0.99, n) * masses.delta
    other, pair = isotropic_decay(chi2, ones * masses.m_chi2, ones * masses.m_chi1, pair_mass, rng)
    minus, plus = isotropic_decay(pair, pair_mass, ones * M_ELECTRON, ones * M_ELECTRON, rng)
    beam = np.broadcast_to([0.0, 0.0, 100.0], (n, 3))
    momentum = np.stack([beam, aprime, chi2, chi1, other, minus, plus], axis=1)
    m = [M_ELECTRON, masses.m_aprime, masses.m_chi2, masses.m_chi1, masses.m_chi1, M_ELECTRON, M_ELECTRON]
    vertex = np.zeros((n, 4))
    vertex[:, 2] = rng.uniform(0, 50, n)
    return Events.from_topology(
        topology, momentum, np.array(m), weight=rng.uniform(0.5, 1.5, n), vertex=vertex, info=RunInfo(masses=masses)
    )
