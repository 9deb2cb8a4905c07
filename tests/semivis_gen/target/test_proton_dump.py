"""Proton dumps as sources."""

import numpy as np
import pytest
from scipy import stats

from semivis_gen.constants import M_PROTON
from semivis_gen.errors import ParameterError
from semivis_gen.target.materials import layered, material
from semivis_gen.target.proton_dump import ProtonDump

DUMP = ProtonDump(400.0, material("Cu"))


def test_what_a_source_says():
    info = DUMP.run_info()
    assert (DUMP.beam_id, DUMP.per) == (2212, "A' per proton")
    assert (info.beam_id, info.beam_energy, info.target_id, info.rate_unit) == (
        2212,
        400.0,
        1000290640,
        "A' per proton",
    )
    assert DUMP.beam_momentum**2 + M_PROTON**2 == pytest.approx(400.0**2, rel=1e-14)
    assert DUMP.mass_number == 63.546


def test_depths_are_exponential_with_the_interaction_length():
    vertex = DUMP.vertices(20_000, np.random.default_rng(1))
    assert (vertex[:, :2] == 0).all()
    assert stats.kstest(vertex[:, 2], stats.expon(scale=153.2).cdf).pvalue > 1e-3
    np.testing.assert_allclose(vertex[:, 3] / vertex[:, 2], 400.0 / DUMP.beam_momentum, rtol=1e-14)
    own = ProtonDump(400.0, material("Cu"), interaction_length_mm=100.0)
    assert own.vertices(20_000, np.random.default_rng(1))[:, 2] == pytest.approx(vertex[:, 2] * 100.0 / DUMP.depth_mm)


def test_protons_meet_the_nuclei_of_a_mixture_by_their_share():
    dump = ProtonDump(400.0, layered("sandwich", [("W", 1.0), ("Al", 3.0)]))
    assert dump.run_info().target_id == 0
    kinds, which = dump.nuclei(50_000, np.random.default_rng(2))
    share = dict(zip([k.z for k in kinds], np.bincount(which) / 50_000, strict=True))
    expected = (1 / 99.43) / (1 / 99.43 + 3 / 397.2)  # PDG lengths [mm]
    assert abs(share[74] - expected) < 4 * np.sqrt(expected * (1 - expected) / 50_000) + 1e-3
    assert 26.98 < dump.mass_number < 183.84


@pytest.mark.parametrize("energy", [0.5, float("nan"), float("inf")])
def test_no_such_beam(energy):
    with pytest.raises(ParameterError, match="must be finite and above the proton's mass"):
        ProtonDump(energy, material("Cu"))


def test_no_such_length():
    with pytest.raises(ParameterError, match=r"interaction length = 0\.0 mm must be positive"):
        ProtonDump(400.0, material("Cu"), interaction_length_mm=0.0)
