"""Thin-target samples at the energies of a dump, folded, are the dump."""

from dataclasses import replace

import numpy as np
import pytest

from postprocess.acceptance.sums import accept
from postprocess.experiment.schema import load_experiment
from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import ParameterError
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.production.folding import dump_energies, fold, folded_rate
from semivis_gen.production.process import production_rate
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThickTarget, ThinTarget

LEAD = material("Pb")
CTAU = [100.0, 1000.0, 1e6]


@pytest.mark.parametrize(("m", "n", "tolerance"), [(0.05, 12, 0.01), (0.3, 12, 0.02)])
def test_rate_is_that_of_the_dump(m, n, tolerance):
    dump = ThickTarget(100.0, LEAD, 40.0, 50.0)
    thin = [ThinTarget(float(energy), LEAD) for energy in dump_energies(dump, n)]
    sigma = [production_rate(m, target, e_min=50.0) for target in thin]
    infos = [replace(t.run_info(), rate=s.value, rate_error=s.error) for t, s in zip(thin, sigma, strict=True)]
    folded = folded_rate(infos, dump)
    atoms = 6.02214e23 * 6.37 / 207.2 * 1e-36  # of lead in a radiation length [1/pb]
    for one, s in zip(folded, sigma, strict=True):
        track = dump.track_length().total / n
        assert (one.value, one.error) == pytest.approx((s.value * track * atoms, s.error * track * atoms), rel=1e-3)
    rate = sum(one.value for one in folded)
    assert rate == pytest.approx(production_rate(m, dump, e_min=50.0).value, rel=tolerance)


def test_acceptance_is_that_of_native_events_of_the_dump():
    """Where thin-target events alone are far off: 50 MeV at c tau of 100 mm."""
    card, masses = load_experiment("na64-2018"), DarkMasses(0.05)
    dump = ThickTarget(100.0, LEAD, 40.0, card.e_min())
    n, each = 12, 2500
    samples = [
        generate(masses, ThinTarget(float(e), LEAD), n_events=each, seed=10 + i)
        for i, e in enumerate(dump_energies(dump, n))
    ]
    folded = accept(fold(samples, dump, numbers=[each] * n, seed=3), card, ctau_mm=CTAU)
    native = accept(generate(masses, dump, n_events=n * each, seed=2), card, ctau_mm=CTAU)
    with pytest.warns(match="A' come out too hard here"):
        thin = accept(generate(masses, ThinTarget(100.0, LEAD), n_events=n * each, seed=2), card, ctau_mm=CTAU)
    error = np.hypot(folded.error, native.error) + 0.02 * native.acceptance  # and that of twelve energies
    assert (np.abs(folded.acceptance - native.acceptance) < 3 * error).all()
    assert (thin.acceptance[0] > 1.5 * native.acceptance[0]).all()  # what the fold cures
    assert folded.acceptance[-1, 1] == pytest.approx(native.acceptance[-1, 1], rel=0.03)


def test_weights_of_a_fold_are_those_of_an_unweighted_sample_of_as_many():
    """Each sample has the share of its rate, however many events it holds; depths are in the dump, clocks with them."""
    dump, masses, numbers = ThickTarget(100.0, LEAD, 40.0, 50.0), DarkMasses(0.2), [30, 10, 20]
    samples = [
        list(generate(masses, ThinTarget(float(e), LEAD), n_events=n, seed=i))
        for i, (e, n) in enumerate(zip(dump_energies(dump, 3), numbers, strict=True))
    ]
    rates = folded_rate([chunks[0].info for chunks in samples], dump)
    folded = list(fold(samples, dump, numbers=numbers, seed=3))
    total = sum(r.value for r in rates)
    for events, before, rate in zip(folded, samples, rates, strict=True):
        ratio = events.weight / before[0].weight
        assert ratio == pytest.approx(np.full(len(events), rate.value / total * 60 / len(events)), rel=1e-12)
        assert events.info.rate == pytest.approx(total, rel=1e-12)
        assert events.info.rate_error == pytest.approx(np.hypot.reduce([r.error for r in rates]), rel=1e-12)
        depth = events.vertex[:, 2]
        assert ((depth > 0) & (depth < 40.0 * 5.7)).all()
        energy = before[0].info.beam_energy
        beta = np.sqrt(1 - (M_ELECTRON / energy) ** 2)
        assert events.vertex[:, 3] == pytest.approx(depth / beta, rel=1e-9)


def test_what_cannot_be_folded():
    dump = ThickTarget(100.0, LEAD, 40.0, 50.0)
    with pytest.raises(ParameterError, match="0 energies for a dump"):
        dump_energies(dump, 0)
    (events,) = generate(DarkMasses(0.1), ThinTarget(100.0, LEAD), n_events=10, seed=1)
    with pytest.raises(ParameterError, match=r"a sample of 100 GeV stands where the dump needs"):
        folded_rate([events.info], dump)
    energy = float(dump_energies(dump, 1)[0])
    (tungsten,) = generate(DarkMasses(0.1), ThinTarget(energy, material("W")), n_events=10, seed=1)
    with pytest.raises(ParameterError, match=r"on the nucleus 1000741840 .* one of 1000822070"):
        next(fold([[tungsten]], dump, numbers=[10], seed=1))
    with pytest.raises(ParameterError, match="is empty"):
        next(fold([[]], dump, numbers=[10], seed=1))
