"""Events of MadGraph5_aMC@NLO 3.5.7 through the same code as native ones.

tests/reference/madgraph_semivisible_300MeV.lhe.gz holds 3,000 events of e- Pb > e- Pb A', A' > chi1 chi2,
chi2 > chi1 e- e+ at m_A' = 300 MeV, R = 3, f = 0.4 from single 100 GeV electrons. MadGraph keeps the A' line shape
(Gamma/m = 2.6 %, within 15 widths) and all spin correlations; native events have neither.
"""

import numpy as np
import pytest
from support.places import MADGRAPH_SAMPLE

from postprocess.acceptance.sums import accept
from semivis_gen.errors import SemivisWarning
from semivis_gen.generator import generate
from semivis_gen.io.files import read_events
from semivis_gen.model.point import DarkMasses
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

CTAU = [1.0, 3.0, 10.0, 100.0, 1e4]


@pytest.fixture(scope="module")
def madgraph(na64):
    with pytest.warns(SemivisWarning, match="82% of its track is below 90% of the beam energy"):
        return accept(read_events(MADGRAPH_SAMPLE, chunk=1000), na64, ctau_mm=CTAU)


def test_the_file_says_its_masses(madgraph):
    assert madgraph.masses == DarkMasses(0.3)
    assert madgraph.events == 2997  # three have an A' below 13.5 GeV


def test_acceptance_agrees_with_native_events_within_errors(na64, madgraph):
    target = ThinTarget(100.0, material("Pb"))
    with pytest.warns(SemivisWarning, match="thin target"):
        native = accept(generate(DarkMasses(0.3), target, n_events=40_000, seed=7), na64, ctau_mm=CTAU)
    pull = (madgraph.acceptance - native.acceptance) / np.hypot(madgraph.error, native.error)
    assert np.all(np.abs(pull) < 4)
    assert np.all(madgraph.error[1:] < 0.05 * madgraph.acceptance[1:])  # a real test: S1 to 4 %, S2 to 2 %


def test_the_decays_of_the_file_and_native_ones_of_its_chi2_agree(na64, madgraph):
    # the same chi2, decayed here instead: what the spin of chi2 moves
    parts = []
    for chunk in read_events(MADGRAPH_SAMPLE):
        chi2 = chunk.only(58)
        chunk.status[chi2] = 1
        rows = np.repeat(np.array([[True] * 7 + [False] * 3]), len(chunk), axis=0).reshape(-1)
        columns = {k: getattr(chunk, k)[rows] for k in ("pdg", "status", "mothers", "momentum", "mass", "ctau")}
        offsets = np.arange(len(chunk) + 1) * 7
        parts.append(type(chunk)(offsets=offsets, weight=chunk.weight, vertex=chunk.vertex, info=chunk.info, **columns))
    with pytest.warns(SemivisWarning, match="thin target"):
        decayed = accept(parts, na64, ctau_mm=CTAU)
    assert decayed.acceptance[:, 1] == pytest.approx(madgraph.acceptance[:, 1])
    pull = (decayed.acceptance[:, 0] - madgraph.acceptance[:, 0]) / np.hypot(decayed.error, madgraph.error)[:, 0]
    assert np.all(np.abs(pull) < 4)
