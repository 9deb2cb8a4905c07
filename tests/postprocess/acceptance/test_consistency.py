"""Events that are not of the experiment: refused with what differs, or allowed and recorded."""

from dataclasses import replace

import numpy as np
import pytest
from support.chains import MASSES, make_events

from postprocess.acceptance.sums import accept, sum_up
from semivis_gen.errors import EventFileError, ParameterError, SemivisWarning
from semivis_gen.events import RunInfo
from semivis_gen.generator import generate
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThickTarget, ThinTarget

CTAU = [10.0, 100.0]
DUMP = "A' per electron"


def turned(events, matrix):
    return replace(events, momentum=events.momentum @ np.asarray(matrix).T)


def said(**info):
    return lambda events: replace(events, info=replace(events.info, **info))


DIFFERENCES = {
    "another energy": (said(beam_energy=50.0), "energy", "their beam has 50 GeV, the card's 100 GeV;"),
    "MeV": (said(beam_energy=1e5), "energy", "a factor 1000: are the momenta in MeV"),
    "MeV, header silent": (
        lambda events: replace(events, momentum=1000 * events.momentum, mass=1000 * events.mass),
        "energy",
        "are the momenta in MeV",
    ),
    "protons": (said(beam_id=2212, beam_energy=100.0), "beam", r"beam is of 2212 \(p\), the card's of 11 \(e-\)"),
    "positrons": (said(beam_id=-11, beam_energy=100.0), "beam", r"their beam is of -11 \(e\+\)"),
    "from behind": (
        lambda events: turned(events, np.diag([1, 1, -1])), "direction", r"fly up to 180 degrees from \+z",
    ),
    "along x": (
        lambda events: turned(events, [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]), "direction", "up to 90 degrees",
    ),
    "tungsten": (
        said(target_id=1000741840, rate_unit=DUMP), "target", "nuclei of Z = 74 .* the card's target is Pb, poly",
    ),
    "hydrogen is in scintillator, iron not": (said(target_id=1000260560, rate_unit=DUMP), "target", "Z = 26"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "name", "says"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_what_differs_is_said_and_can_be_allowed(na64, change, name, says):
    events = change(make_events(200, 1))
    with pytest.raises(EventFileError, match=says) as caught:
        accept([events], na64, ctau_mm=CTAU, masses=MASSES)
    assert str(caught.value).endswith(f"--allow {name}")
    sums = sum_up([make_events(200, 1)], na64, ctau_mm=CTAU, seed=[1], masses=MASSES, mode="invisible", allow=[name])
    assert sums.allowed == {}  # nothing differs
    sums = sum_up([events], na64, ctau_mm=CTAU, seed=[1], masses=None, mode="invisible", allow=[name])
    assert list(sums.allowed) == [name]


def test_a_moving_nucleus_is_another_frame(na64):
    (events,) = generate(MASSES, ThinTarget(100.0, material("Pb")), n_events=50, seed=1)
    boosted = events.momentum.copy()
    gamma_beta = 0.5
    energy = events.energy
    boosted[:, 2] = np.sqrt(1 + gamma_beta**2) * events.momentum[:, 2] + gamma_beta * energy
    moving = replace(events, momentum=boosted, info=RunInfo(masses=MASSES))
    with pytest.raises(EventFileError, match=r"their nuclei move with 0\.5 of their mass"):
        accept([moving], na64, ctau_mm=CTAU, allow=["energy"])


def test_events_of_the_dump_itself_agree_and_those_of_a_thin_target_are_warned_of(na64):
    dump = na64.source()
    table = accept(generate(MASSES, dump, n_events=500, seed=1, e_min_aprime=na64.e_min()), na64, ctau_mm=CTAU)
    assert table.events == 500
    with pytest.warns(SemivisWarning, match=r"all events are made by beam particles of one energy on a thin target"):
        accept(generate(MASSES, ThinTarget(100.0, material("Pb")), n_events=500, seed=1), na64, ctau_mm=CTAU)
    with pytest.raises(EventFileError, match="their beam has 80 GeV"):
        accept(generate(MASSES, ThickTarget(80.0, material("Pb"), 40.0, 13.0), n_events=50, seed=1), na64)


def test_unknown_names_are_refused(na64):
    with pytest.raises(ParameterError, match=r"allow = 'everything' is no difference .*: take beam "):
        accept([make_events(10, 1)], na64, allow=["everything"])


def test_other_processes_than_those_of_the_card_are_told_and_recorded(na64):
    events = make_events(200, 1)
    of = {name: events.with_info(extra={"processes": name}) for name in ("bremsstrahlung", "annihilation")}
    assert accept([of["bremsstrahlung"]], na64, ctau_mm=CTAU).remarks == ()
    text = "events of annihilation, where the card makes A' by bremsstrahlung"
    with pytest.warns(SemivisWarning, match=text):
        table = accept([of["annihilation"]], na64, ctau_mm=CTAU)
    assert table.remarks == (f"processes: {text}",)


def test_particles_that_scattered_in_the_target_are_not_along_the_beam(na64):
    lead = material("Pb")
    dumps = [ThickTarget(100.0, lead, 40.0, 10.0, scattering=flag) for flag in (False, True)]
    along, scattered = (next(generate(MASSES, dump, n_events=200, seed=1)) for dump in dumps)
    with pytest.raises(EventFileError, match=r"fly up to 0\.\d+ degrees from \+z.*--allow direction"):
        accept([scattered], na64, ctau_mm=CTAU, masses=MASSES)
    scatters = na64.model_copy(update={"target": na64.target.model_copy(update={"scattering": True})})
    for events in (along, scattered):
        assert accept([events], scatters, ctau_mm=CTAU, masses=MASSES).acceptance.any()
    with pytest.raises(EventFileError, match="fly up to 180 degrees"):
        accept([turned(scattered, np.diag([1, 1, -1]))], scatters, ctau_mm=CTAU, masses=MASSES)
