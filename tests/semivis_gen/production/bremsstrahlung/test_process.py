"""Bremsstrahlung of any lepton behind the seam: records, spin, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from semivis_gen.constants import ID_APRIME, ID_CHI2, ID_ELECTRON, ID_MUON, ID_POSITRON, M_MUON
from semivis_gen.decay.chain import Spin
from semivis_gen.errors import ParameterError
from semivis_gen.generator import generate
from semivis_gen.io.files import open_writer, read_events
from semivis_gen.model.point import DarkMasses
from semivis_gen.numerics.kinematics import boost_to_rest, tilted
from semivis_gen.production.annihilation.process import Annihilation
from semivis_gen.production.bremsstrahlung.process import Bremsstrahlung
from semivis_gen.production.process import process_rates, production_rate
from semivis_gen.target.materials import material
from semivis_gen.target.scattering import shower_angles
from semivis_gen.target.sources import LEPTONS, ThickTarget, ThinTarget

LEAD, MASSES = material("Pb"), DarkMasses(0.3)


@pytest.mark.parametrize("thick", [False, True])
@pytest.mark.parametrize("beam", LEPTONS)
def test_records_name_the_beam_and_add_up(beam, thick):
    target = ThickTarget(160.0, LEAD, 40.0, 50.0, beam) if thick else ThinTarget(160.0, LEAD, beam)
    (events,) = generate(MASSES, target, n_events=2000, seed=2, e_min_aprime=50.0)
    table = events.pdg.reshape(2000, -1)
    assert set(table[:, 0]) == set(table[:, 4]) == {beam}
    assert events.info.beam_id == beam
    assert set(events.mass.reshape(2000, -1)[:, [0, 4]].ravel()) == {LEPTONS[beam].mass}
    assert events.info.rate_unit == (f"A' per {LEPTONS[beam].name}" if thick else "pb")
    total = np.zeros((2000, 4))
    four = np.c_[events.energy, events.momentum]
    for status, sign in ((1, 1), (-1, -1)):
        rows = events.status == status
        np.add.at(total, events.event_of_particle[rows], sign * four[rows])
    assert np.abs(total).max() < 1e-7
    assert len(events.only(ID_APRIME)) == len(events.only(ID_CHI2)) == 2000


def test_muons_of_a_dump_lose_energy_on_their_way():
    target = ThickTarget(160.0, LEAD, 2000.0, 20.0, ID_MUON)
    (events,) = generate(MASSES, target, n_events=5000, seed=2, e_min_aprime=20.0)
    beam = events.momentum.reshape(5000, -1, 3)[:, 0]
    depth = events.vertex[:, 2] / LEAD.radiation_length_mm
    energy = np.sqrt(beam[:, 2] ** 2 + M_MUON**2)
    assert energy == pytest.approx(target.track_length().energy_at(depth), rel=1e-3)
    assert 0 < depth.min() < 100 < 1500 < depth.max() < 2000
    assert events.vertex[:, 3] == pytest.approx(events.vertex[:, 2], rel=1e-5)


def cosine2(events):
    """Square of the cosine of chi2 against the flight of A', in the A' rest frame."""
    aprime, chi2 = events.only(ID_APRIME), events.only(ID_CHI2)
    parent = events.momentum[aprime]
    star = boost_to_rest(events.momentum[chi2], events.mass[chi2], parent, MASSES.m_aprime)
    dot = np.einsum("ij,ij->i", star, parent)
    return dot**2 / np.einsum("ij,ij->i", star, star) / np.einsum("ij,ij->i", parent, parent)


def test_spin_is_that_of_the_same_muon_or_electron_whatever_its_charge():
    found = {}
    for beam in (ID_ELECTRON, ID_POSITRON, ID_MUON, -ID_MUON):
        (events,) = generate(MASSES, ThinTarget(20.0, LEAD, beam), n_events=40_000, seed=5)
        assert events.info.extra["spin"] == Spin.FULL
        found[beam] = cosine2(events).mean()
    assert found[ID_ELECTRON] == found[ID_POSITRON]
    assert found[ID_MUON] == found[-ID_MUON]
    for beam in (ID_ELECTRON, ID_MUON):  # 1/3 where decays are isotropic
        assert found[beam] - 1 / 3 > 4 * 0.3 / np.sqrt(40_000)


def test_charge_conjugates_have_the_same_rate():
    for pair in ((ID_ELECTRON, ID_POSITRON), (ID_MUON, -ID_MUON)):
        rates = [production_rate(0.1, ThickTarget(160.0, LEAD, 40.0, 80.0, b), e_min=80.0) for b in pair]
        assert rates[0] == rates[1]


@pytest.mark.parametrize("suffix", [".lhe.gz", ".hepmc3", ".parquet"])
def test_files_keep_the_beam(tmp_path, suffix):
    file = tmp_path / f"events{suffix}"
    chunks = list(generate(MASSES, ThinTarget(160.0, LEAD, -ID_MUON), n_events=50, seed=1))
    with open_writer(file, chunks[0].info) as writer:
        writer.write(chunks[0])
    (events,) = read_events(file)
    assert events.info.beam_id == -ID_MUON
    assert np.array_equal(events.pdg, chunks[0].pdg)
    assert events.mass == pytest.approx(chunks[0].mass, rel=1e-12)


def test_what_muons_cannot_do():
    target = ThickTarget(160.0, LEAD, 40.0, 80.0, ID_MUON)
    with pytest.raises(ParameterError, match="a beam of mu- has no shower here"):
        production_rate(0.1, target, [Bremsstrahlung(particles="shower")])
    with pytest.raises(ParameterError, match=r"makes no A' from a beam of 13 \(mu-\)"):
        process_rates(0.1, target, [Bremsstrahlung(), Annihilation()])
    with pytest.raises(ParameterError, match="shape = iww holds for electrons and positrons, not for mu-"):
        Bremsstrahlung(shape="iww").sampler(0.1, target)
    with pytest.raises(ParameterError, match="iww leaves out the lepton mass"):
        production_rate(0.1, target, [Bremsstrahlung(cross_section="iww", shape="iww")])


def test_scattering_turns_every_event_as_a_whole_and_changes_nothing_else():
    along, scattered = (
        next(
            generate(MASSES, ThickTarget(100.0, LEAD, 40.0, 50.0, scattering=flag), n_events=3000, seed=2, chain=False)
        )
        for flag in (False, True)
    )
    before, after = (events.momentum.reshape(3000, 5, 3) for events in (along, scattered))
    assert np.abs(after[:, 0, :2]).min() > 0
    assert np.einsum("nik,njk->nij", after, after) == pytest.approx(np.einsum("nik,njk->nij", before, before), abs=1e-9)
    assert scattered.vertex.tolist() == along.vertex.tolist()
    slope = after[:, 0, :2] / after[:, 0, 2:]
    assert tilted(before, slope) == pytest.approx(after, abs=1e-9)
    # all of it from z alone: the mean square angle is what the beam has at its energies and depths
    angles = shower_angles(100.0, 50.0, 40.0)
    row = np.rint(np.log(100.0 / before[:, 0, 2]) / angles.width).astype(int)
    column = (along.vertex[:, 2] / LEAD.radiation_length_mm / angles.step_x0).astype(int)
    expected = angles.variance[0, row, column]
    ratio = (slope**2).sum(axis=1) * before[:, 0, 2] ** 2 / np.maximum(expected, 1e-12)
    assert ratio.mean() == pytest.approx(1.0, abs=4 * ratio.std() / np.sqrt(3000))


def test_polarisation_of_scattered_events_turns_with_them():
    target = ThickTarget(100.0, LEAD, 40.0, 50.0, scattering=True)
    scattered = next(generate(MASSES, target, n_events=2000, seed=2, chain=False))
    momentum = scattered.momentum.reshape(2000, 5, 3)
    slope = momentum[:, 0, :2] / momentum[:, 0, 2:]
    along = replace(scattered, momentum=tilted(momentum, -slope).reshape(-1, 3))
    before, after = (
        Bremsstrahlung.direction(events, MASSES, np.random.default_rng(3)) for events in (along, scattered)
    )
    assert after == pytest.approx(tilted(before, slope), abs=1e-6)
