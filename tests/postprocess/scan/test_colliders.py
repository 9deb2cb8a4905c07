"""Cards of colliders: published limits, what a veto does to them, and the way through files and commands."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from support.cards import experiment

from postprocess.acceptance import accept
from postprocess.cli.main import cli
from postprocess.experiment import load_experiment
from postprocess.scan.exclusion import edges_in_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.samples import SampleRequest
from semivis_gen.constants import M_ELECTRON
from semivis_gen.generator import generate
from semivis_gen.io import read_events
from semivis_gen.model import DarkMasses, MassShape
from semivis_gen.numerics import energy_of
from semivis_gen.production import ColliderProduction
from semivis_gen.production.collider.cross_section import photon_aprime

# smallest excluded epsilon at 90 % CL, BaBar, Phys. Rev. Lett. 119 (2017) 131804, digits as of Darkcast
PUBLISHED = {
    0.001: 9.48e-4, 0.5: 9.54e-4, 1.5: 9.67e-4, 2.0: 8.23e-4, 3.0: 7.48e-4, 3.6: 6.48e-4, 4.3: 4.35e-4, 5.25: 6.44e-4,
    6.0: 1.27e-3, 7.0: 9.47e-4, 7.8: 1.53e-3,
}  # fmt: skip
BABAR = experiment("babar")


def run(*arguments):
    result = CliRunner().invoke(cli, list(map(str, arguments)))
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def lower_edges(name, masses, *, mode="semivisible", shape=None, events=4000):
    points = [(shape or MassShape()).at(m) for m in masses]
    found = SampleRequest(points, experiment(name), mode, events).run(backend=Backend(1))
    edges = [edges_in_epsilon(p, experiment(name), alpha_d=0.1, mode=mode, bands=False) for p in found]
    return np.array([edge.low[0] for edge in edges])


def test_the_invisible_limit_is_the_published_one_within_what_a_region_averages():
    found = lower_edges("babar", PUBLISHED, mode="invisible", events=500)
    ratio = found / list(PUBLISHED.values())
    assert np.all((ratio > 0.8) & (ratio < 1.3)), ratio
    assert abs(np.log(ratio).mean()) < 0.1


def test_the_invisible_limit_is_the_closed_form():
    # 2.3 events; each photon in the card's cosines counts, whatever its event
    (low,) = lower_edges("babar", [0.5], mode="invisible", events=500)
    runs = zip(BABAR.source().luminosity_shares, BABAR.source().runs, strict=True)
    sigma = sum(share * photon_aprime(root, 0.5).integral(-0.6, 0.6) for share, (root, _) in runs)
    assert low == pytest.approx(np.sqrt(np.log(10) / (53e3 * sigma * 0.0238)), rel=2e-4)


def test_decays_of_chi2_relax_the_limit_where_it_is_short_lived():
    masses = [0.03, 0.3, 1.0]
    invisible, short, long = (
        lower_edges("babar", masses, **how) for how in ({"mode": "invisible"}, {}, {"shape": MassShape(splitting=0.05)})
    )
    relaxed = short / invisible
    assert relaxed[0] == pytest.approx(1.0, abs=2e-3)  # chi2 leaves the detector
    assert 1.05 < relaxed[1] < 1.5
    assert 3 < relaxed[2] < 10  # what is left are decays that nobody notices
    assert np.all(long / invisible < relaxed + 1e-6)
    assert long[1] / invisible[1] == pytest.approx(1.0, abs=2e-3)  # a small splitting lives long


def test_displaced_pairs_reach_where_single_photons_are_lost():
    masses, card = DarkMasses(2.0), experiment("belle2")
    (point,) = SampleRequest([masses], card, events=4000).run(backend=Backend(1))
    whole = edges_in_epsilon(point, card, alpha_d=0.1, bands=False).low[0]
    alone = load_alone(card, "photon")
    (single,) = SampleRequest([masses], alone, events=4000).run(backend=Backend(1))
    photons = edges_in_epsilon(single, alone, alpha_d=0.1, bands=False).low[0]
    assert whole < 0.5 * photons


def load_alone(card, signature):
    mode = card.modes["semivisible"].model_copy(update={"signatures": (signature,)})
    return card.model_copy(update={"modes": {**card.modes, "semivisible": mode}})


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("babar") / "events.lhe"
    made = run("generate", "--experiment", "babar", "--m-aprime", 0.3, "--events", 3000, "--output", path, "--json")
    return path, json.loads(made)


def test_files_hold_both_beams_and_the_photon_on_shell(file):
    path, made = file
    (events,) = read_events(path)
    k = len(events.pdg) // len(events)
    pdg, mass = events.pdg.reshape(-1, k), events.mass.reshape(-1, k)
    momentum, energy = events.momentum.reshape(-1, k, 3), energy_of(events.momentum, events.mass).reshape(-1, k)
    assert (pdg[:, :4] == [11, -11, 22, 55]).all()
    assert (mass[:, :3] == [M_ELECTRON, M_ELECTRON, 0]).all()
    assert (mass[:, 3] == 0.3).all()
    np.testing.assert_allclose(momentum[:, 0] + momentum[:, 1], momentum[:, 2] + momentum[:, 3], atol=1e-12)
    np.testing.assert_allclose(energy[:, 0] + energy[:, 1], energy[:, 2] + energy[:, 3], rtol=1e-13)
    assert made["rate_unit"] == "pb"
    rates = json.loads(run("xsec", "--experiment", "babar", "--m-aprime", 0.3, "--json"))
    assert rates["processes"]["collider"]["rate"] == pytest.approx(made["rate"], rel=1e-12)
    assert "pb above 0 GeV" in run("xsec", "--experiment", "babar", "--m-aprime", 0.3)
    assert "<init>\n11 -11 9.0271" in path.read_text()


def test_events_of_a_file_are_accepted_like_native_ones(file):
    masses, ctau = DarkMasses(0.3), [30.0, 300.0]
    native = generate(masses, BABAR.source(), processes=BABAR.processes, n_events=3000, seed=7)
    there = accept(native, BABAR, ctau_mm=ctau)
    here = accept(read_events(file[0]), BABAR, ctau_mm=ctau)
    difference = (here.acceptance - there.acceptance) / np.hypot(here.error, there.error)
    assert np.abs(difference).max() < 4


def test_events_with_looser_cuts_give_the_same_cross_section():
    # as a generator makes them whose photons fill more of the sphere than the card looks at
    process, masses = ColliderProduction(cos_theta_max=0.95), DarkMasses(0.3)
    rate = [p.rate(0.3, BABAR.source()).value for p in (process, *BABAR.processes)]
    tables = [
        accept(generate(masses, BABAR.source(), processes=[p], n_events=8000, seed=5), BABAR, ctau_mm=[300.0])
        for p in (process, *BABAR.processes)
    ]
    seen = [r * t.acceptance[0, 0] for r, t in zip(rate, tables, strict=True)]
    error = np.hypot(*[r * t.error[0, 0] for r, t in zip(rate, tables, strict=True)])
    assert abs(seen[0] - seen[1]) < 4 * error


def test_commands_take_cards_of_colliders(tmp_path):
    scan = ("--mass", 0.3, "--mass", 1.0, "--no-refine", "--precision", "inf", "--events", 500, "--workers", 1)
    for name, mode in (("babar", "invisible"), ("babar", "semivisible"), ("belle2", "semivisible")):
        shape = ("--ratio", 4, "--splitting", 0.2, "--alpha-d", 0.5) if mode == "semivisible" else ()
        out = tmp_path / f"{name}-{mode}"
        record = json.loads(
            run("limit", "--experiment", name, "--mode", mode, *scan, *shape, "--output", out, "--json")
        )
        assert 1e-5 < record["lowest"] < 2e-2
    assert load_experiment("belle2-50ab").exposure.per_rate == pytest.approx(5e7)
