import numpy as np
import pytest

from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.selection import Selection
from postprocess.experiment.schema import Mode

CTAU = np.array([0.5, 5.0, 500.0])


def along_the_axis(energies, *, pair=0.5, weight=None):
    """A' of given energies whose chi2 (0.14 GeV) flies along the axis with 60 % of it and gives a pair share."""
    e = np.asarray(energies, dtype=float)
    zero = np.zeros_like(e)
    lepton = np.stack([pair * 0.3 * e] * 2, axis=1)
    return Candidates(
        weight=np.ones_like(e) if weight is None else np.asarray(weight, dtype=float),
        origin=np.zeros((len(e), 3)),
        e_aprime=e,
        momentum=np.stack([zero, zero, 0.6 * e], axis=1),
        mass=np.full_like(e, 0.14),
        lepton_momentum=np.stack([np.zeros_like(lepton), np.zeros_like(lepton), lepton], axis=2),
        lepton_energy=lepton,
        electrons=np.ones(len(e), dtype=bool),
    )


def run(experiment, name, sample, mode=Mode.SEMIVISIBLE):
    signature = next(s for s in experiment.signatures if s.name == name)
    selection = Selection(experiment, signature, mode, CTAU)
    selection.add(sample, np.random.default_rng(1))
    return selection.cut_flow()


def test_s2_is_the_closed_form(na64):
    energies = np.array([60.0, 80.0, 95.0])
    flow = run(na64, "S2", along_the_axis(energies, weight=[1.0, 2.0, 3.0]))
    rate = 0.14 / np.outer(0.6 * energies, CTAU)
    exact = np.average(np.exp(-6000 * rate), axis=0, weights=[1.0, 2.0, 3.0]) * 0.6
    assert flow.fraction[-1] == pytest.approx(exact, rel=1e-3)  # all are 4 sigma above the threshold


def test_s1_is_the_closed_form_on_average(na64):
    flow = run(na64, "S1", along_the_axis(np.full(40_000, 90.0)))
    rate = 0.14 / (54.0 * CTAU)
    # 27 GeV of pairs on the axis always pass
    exact = (np.exp(-2875 * rate) - np.exp(-6000 * rate)) * 0.6 * 0.52
    assert np.all(np.abs(flow.fraction[-1] - exact) < 4 * flow.error[-1])
    assert np.all(flow.error[-1] < 0.02 * exact)


def test_energies_below_the_thresholds_fail(na64):
    assert np.all(run(na64, "S1", along_the_axis(np.full(100, 90.0), pair=0.1)).fraction[-1] < 1e-80)  # 5.4 GeV seen
    assert np.all(run(na64, "S2", along_the_axis(np.full(100, 30.0))).fraction[-1] < 1e-10)
    assert np.all(run(na64, "S1", along_the_axis(np.full(100, 30.0), pair=1.0)).fraction[-1] > 0)  # 18 GeV seen


def test_the_invisible_mode_has_no_decay(na64):
    flow = run(na64, "S2", along_the_axis(np.full(10, 90.0)), mode=Mode.INVISIBLE)
    assert flow.steps[2] == "chi2 stable"
    assert flow.fraction[-1] == pytest.approx(np.full(3, 0.6))
    assert flow.error[-1] == pytest.approx(np.zeros(3), abs=1e-7)


def test_backward_chi2_never_arrive(na64):
    sample = along_the_axis(np.full(100, 90.0))
    sample.momentum[:, 2] *= -1
    assert np.all(run(na64, "S1", sample).fraction[-1] == 0)
    assert np.all(run(na64, "S2", sample).fraction[-1] == 0)


def test_the_error_of_a_weighted_share_is_the_binomial_one(na64):
    # half of the events pass: sigma = 1 / sqrt(4 n), as numerator and denominator fluctuate together
    energies = np.repeat([95.0, 20.0], 500)
    flow = run(na64, "S2", along_the_axis(energies), mode=Mode.INVISIBLE)
    assert flow.fraction[1, 0] == pytest.approx(0.5, rel=1e-6)
    assert flow.error[1, 0] == pytest.approx(1 / np.sqrt(4 * 1000), rel=1e-6)
