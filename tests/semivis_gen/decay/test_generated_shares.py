"""Every decay of chi2 by its branching, from one pair of leptons to six pions: shares, charge and four-momentum."""

import numpy as np
import pytest

from semivis_gen.constants import ID_CHI1, ID_CHI2
from semivis_gen.decay.channels import chi2_shares
from semivis_gen.events import concatenate
from semivis_gen.generator import generate
from semivis_gen.model.channels import channel_of
from semivis_gen.model.point import DarkMasses, DarkSector
from semivis_gen.model.widths import compute_widths
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

N = 30_000


@pytest.fixture(scope="module", params=[0.4, 0.8], ids=["1.9 GeV", "3.7 GeV"])
def sample(request):
    masses = DarkMasses(14.0, 3.0, request.param)
    return masses, concatenate(list(generate(masses, ThinTarget(1000.0, material("Pb")), n_events=N, seed=5)))


def final_states(events):
    """Name of the final state of each chi2."""
    child, parent = events.children(np.flatnonzero(events.pdg == ID_CHI2))
    visible = events.pdg[child] != ID_CHI1
    ids = np.split(events.pdg[child][visible], np.cumsum(np.bincount(parent[visible]))[:-1])
    known = {}
    return [known.setdefault(key, channel_of(key)) for key in (tuple(sorted(i.tolist())) for i in ids)]


def test_shares_of_the_events_are_the_branchings(sample):
    masses, events = sample
    names, counts = np.unique(final_states(events), return_counts=True)
    found = dict(zip(names.tolist(), counts.tolist(), strict=True))
    branching = compute_widths(DarkSector(masses, 0.1, 1e-3)).branching_chi2
    assert found.keys() <= {name.removeprefix("chi1 ") for name, share in branching.items() if share > 0}
    for name, share in chi2_shares(masses).items():
        assert share == pytest.approx(branching[f"chi1 {name}"])
        error = np.sqrt(N * share * (1 - share))
        assert abs(found.get(name, 0) - N * share) < 4.5 * max(error, 1.0), name
    assert sum(found.values()) == N
    assert float(events.info.extra["chi2_branching"]) == pytest.approx(1.0)


def test_four_momentum_is_conserved(sample):
    _, events = sample
    chi2 = np.flatnonzero(events.pdg == ID_CHI2)
    child, parent = events.children(chi2)
    momentum = np.stack([np.bincount(parent, weights=events.momentum[child, i]) for i in range(3)], axis=1)
    assert momentum == pytest.approx(events.momentum[chi2], abs=1e-9)
    energy = np.bincount(parent, weights=events.energy[child])
    assert energy == pytest.approx(events.energy[chi2], rel=1e-12)
