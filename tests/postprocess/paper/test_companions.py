"""Companions: cards that can, and masses around the one at which chi2 begins to decay."""

from postprocess.paper.cards import COMPANIONS
from postprocess.paper.companions import companion_contours, companion_work
from postprocess.paper.reproduction import benchmark_settings
from postprocess.scan.work import Done


def test_companions_begin_just_above_the_mass_at_which_chi2_decays():
    work = companion_work(benchmark_settings())
    assert {name.split("/")[1] for name in work.samples} == set(COMPANIONS)
    for request in work.samples.values():
        assert request.mode in request.experiment.modes
        first = min(point.m_aprime for point in request.points if point.chi2_decays)
        last = max(point.m_aprime for point in request.points if not point.chi2_decays)
        assert first / last < 1.05


def test_without_their_samples_there_are_none():
    assert not any(companion_contours(Done(), benchmark_settings()).values())
