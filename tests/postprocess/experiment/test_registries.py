"""Things of other packages in cards: processes, geometries, requirements, scenarios."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pytest
from pydantic import ValidationError
from support.chains import make_events
from support.places import ROOT

from postprocess.acceptance.geometry import Planes, geometry_of
from postprocess.acceptance.requirements import requirements_of
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.acceptance.sums import accept
from postprocess.experiment.cards import numbers_of
from postprocess.experiment.files import schema_text
from postprocess.experiment.messages import one_line
from postprocess.experiment.registries import GEOMETRIES, REQUIREMENTS, SCENARIOS
from postprocess.experiment.schema import Experiment, load_experiment
from semivis_gen.constants import ID_ELECTRON, ID_MUON
from semivis_gen.production.process import PROCESSES


def test_nothing_is_loaded_before_it_is_named():
    code = (
        "import sys; from postprocess.experiment import GEOMETRIES, SCENARIOS; "
        "print(list(SCENARIOS), 'postprocess.acceptance' in sys.modules, GEOMETRIES['planes'].__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split("\n")[0] == "['semivisible', 'invisible', 'visible'] False Planes"


@dataclass(frozen=True)
class Mesons:
    """Mesons of a hadronic shower."""

    name: ClassVar[str] = "mesons"
    beams: ClassVar[frozenset[int]] = frozenset({ID_ELECTRON})
    multiplicity: float
    """Mesons a beam particle."""
    spectrum: Literal["soft", "hard"] = "soft"
    """Which spectrum."""


@pytest.fixture
def mesons():
    PROCESSES.register("mesons", Mesons)
    yield "{process: mesons, multiplicity: {value: 2.4, status: assumed, note: x}, spectrum: hard}"
    PROCESSES.forget("mesons")


def test_a_process_from_outside_stands_in_a_card(load, mesons):
    card = load(f"extends: na64-2018\nname: mine\nproduction: [{mesons}]\n")
    assert [type(process).__name__ for process in card.processes] == ["Bremsstrahlung", "Mesons"]
    assert card.processes[1] == Mesons(2.4, "hard")
    assert dict(numbers_of(card))["production.1.multiplicity"].note == "x"
    again = Experiment.model_validate(json.loads(json.dumps(card.model_dump(mode="json"))))  # as workers get it
    assert again == card
    assert again.processes == card.processes
    assert "mesons" in card.describe()


def test_errors_of_a_process_from_outside_have_no_other_keys(refusal, mesons):
    soft = mesons.replace("hard", "medium")
    message = refusal(f"extends: na64-2018\nname: mine\nproduction: [{soft}]\n")
    assert message == "production.1.spectrum = 'medium': input should be 'soft' or 'hard'; correct the value"


def test_the_schema_grows_with_the_registry(mesons):
    assert "Mesons a beam particle." in schema_text(Experiment)
    PROCESSES.forget("mesons")
    assert "Mesons a beam particle." not in schema_text(Experiment)


@dataclass(frozen=True)
class Wide:
    """The decay lies off the axis."""

    key: ClassVar[str] = "wide"
    products: ClassVar[bool] = True
    radius_min_mm: float
    """Smallest distance from the axis [mm]."""
    both: bool = False

    @property
    def title(self):
        return f"r > {self.radius_min_mm:g} mm"

    def factor(self, sample, at):
        return 1.0 * (np.hypot(*at.point[:, :2].T) > self.radius_min_mm)


@dataclass(frozen=True)
class Aside(Planes):
    """Planes beside the beam."""

    name: ClassVar[str] = "aside"
    x_mm: float = 3.0
    """Their middle [mm]."""

    def impact(self, point, momentum, stations):
        return super().impact(point - [self.x_mm, 0.0, 0.0], momentum, stations)


@pytest.fixture
def outside():
    """A geometry and a requirement of another package."""
    GEOMETRIES.register("aside", Aside)
    REQUIREMENTS.register("wide", Wide)
    yield
    GEOMETRIES.forget("aside")
    REQUIREMENTS.forget("wide")


SIDE = """
extends: na64-2018
name: mine
geometry: {geometry: aside, x_mm: {value: 1000, status: assumed, note: x}}
signatures:
  - name: S1
    require: [{requirement: wide, radius_min_mm: {value: 20, status: assumed, note: x}}]
"""


def test_geometry_and_requirements_from_outside_stand_in_a_card(load, outside):
    card = load(SIDE)
    assert geometry_of(card) == Aside(1000.0)
    assert [r.title for r in requirements_of(card, card.signatures[0], SEMIVISIBLE)][3:] == [
        "R < 0.06",
        "r > 20 mm",
        "selection",
    ]
    assert Experiment.model_validate(card.model_dump(mode="json")) == card
    table = accept([make_events(400, 1)], load(SIDE.replace("1000", "0")), ctau_mm=[50.0])
    assert (
        0
        < table.acceptance[0, 0]
        < accept([make_events(400, 1)], load_experiment("na64-2018"), ctau_mm=[50.0]).acceptance[0, 0]
    )
    assert accept([make_events(400, 1)], card, ctau_mm=[50.0]).acceptance[0, 0] == 0  # all products pass beside it
    assert "Smallest distance from the axis [mm]." in schema_text(Experiment)


def test_another_geometry_on_top_of_one_replaces_it(load, outside, tmp_path):
    load(SIDE, "base.yaml")
    over = load("extends: base.yaml\nname: over\ngeometry: {geometry: planes}\nsignatures: [{name: S1, require: []}]\n")
    assert type(geometry_of(over)).__name__ == "Planes"
    assert over.signatures[0].require == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "aside",
            "asde",
            "geometry.geometry: no geometry 'asde': take one of planes, aperture, barrel, aside; did you mean aside?",
        ),
        ("x_mm", "y_mm", "geometry.y_mm: is not a key here; did you mean x_mm?"),
        (
            "wide",
            "broad",
            "signatures.0.require.0.requirement: no requirement 'broad': take one of photon,",
        ),
        (
            "radius_min_mm: {value: 2",
            "radius_min_mm: {value: many",
            "signatures.0.require.0.radius_min_mm.value = ",
        ),
        ("[{requirement: wide", "[{both: true, requirement: wide", "is read"),
        (
            "[{requirement: wide",
            "[{both: perhaps, requirement: wide",
            "signatures.0.require.0.both = 'perhaps'",
        ),
    ],
)
def test_their_errors_name_the_keys_of_the_card(load, refusal, outside, old, new, message):
    text = SIDE.replace(old, new)
    if message == "is read":
        assert load(text).signatures[0].require[0].build() == Wide(20.0, both=True)
    else:
        assert refusal(text).startswith(message)


def test_a_scenario_from_outside_is_a_mode(load, refusal):
    text = "extends: na64-2018\nname: mine\nmodes: {sideways: {signatures: [S2]}}\n"
    assert refusal(text).startswith("modes.sideways = 'sideways': is not a known scenario; no scenario 'sideways'")
    SCENARIOS.register("sideways", SEMIVISIBLE)
    try:
        assert [s.name for s in load(text).signatures_of("sideways")] == ["S2"]
    finally:
        SCENARIOS.forget("sideways")


def test_an_unknown_process_is_named_with_the_known(refusal):
    message = refusal("extends: na64-2018\nname: mine\nproduction: [{process: annihilaton}]\n")
    assert message == (
        "production.1.process: no production process 'annihilaton': take one of "
        f"{', '.join(PROCESSES)}; did you mean annihilation?"
    )
    base = load_experiment("na64-2018").model_dump(mode="json")
    with pytest.raises(ValidationError) as caught:
        Experiment.model_validate({**base, "production": [{"process": "x"}]})
    wanted = f"production.0.process: no production process 'x': take one of {', '.join(PROCESSES)}"
    assert one_line(caught.value) == wanted  # and not that the list were empty


def test_a_process_stands_once_and_must_suit_the_beam(load, refusal, mesons):
    twice = "extends: na64-2018\nname: mine\nproduction: [{process: annihilation}, {process: annihilation}]\n"
    assert refusal(twice) == "production: process 'annihilation' stands twice; write what changes in it once"
    base = load_experiment("na64-2018").model_dump(mode="json")
    base["production"] *= 2
    with pytest.raises(ValidationError, match="stands twice; write each process once"):
        Experiment.model_validate(base)
    message = refusal(f"extends: na64-2018\nname: mine\nbeam: {{particle: e+}}\nproduction: [{mesons}]\n")
    assert message == (
        "production.1.process = 'mesons': makes no A' from a beam of e+, it works with e-; "
        "change beam.particle or take the process out (drop: true in a card that extends)"
    )


def test_every_lepton_is_a_beam_where_a_process_can_use_it(load, refusal):
    for symbol, pdg in (("e+", -ID_ELECTRON), ("mu-", ID_MUON), ("mu+", -ID_MUON)):
        base = "na64-muons" if abs(pdg) == ID_MUON else "na64-2018"  # the muon leaves a dump: missing momentum
        text = f"extends: {base}\nname: mine\nbeam: {{particle: {symbol}}}\n"
        if pdg in PROCESSES["bremsstrahlung"].beams:
            assert load(text).source().beam_id == pdg
        else:
            assert f"makes no A' from a beam of {symbol}" in refusal(text)
