"""Studies from outside: declared in a few lines, with what they need, and tables that follow."""

from dataclasses import dataclass

import pytest

from postprocess.scan.exclusion import exclude_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.planes import ScanSettings
from postprocess.scan.samples import SampleRequest
from postprocess.scan.work import Done, Work
from postprocess.studies.registry import STUDIES, StudyContext, study
from postprocess.studies.run import run_studies, study_work
from semivis_gen.errors import ParameterError
from semivis_gen.model.point import MassShape

OWN = ["impact", "answer_width", "answer_shape", "answer_muons"]


@dataclass(frozen=True)
class HeaviestRow:
    shape: MassShape
    m_aprime_GeV: float  # noqa: N815


def heaviest_rows(context):
    points = [*context.points, *context.done.samples.get("light", ())]
    best = max(points, key=lambda p: p.masses.m_aprime)
    return [HeaviestRow(best.masses.shape, best.masses.m_aprime)]


@pytest.fixture
def only(monkeypatch):
    """Declare studies; no other is there."""
    names = []

    def declare(name, rows, **declared):
        names.append(name)
        return study(name, "Title", **{"independent": ("ratio",)} | declared)(rows)

    monkeypatch.setattr(STUDIES, "values", lambda: (STUDIES[name] for name in names))
    yield declare
    for name in names:
        STUDIES.forget(name)


@pytest.fixture
def context(points, search):
    contour = exclude_epsilon(points[:1], search, alpha_d=0.1, bands=False)
    return StudyContext(search, ScanSettings(), points, contour)


def test_those_that_come_with_semivis_are_first_and_load_on_demand():
    assert list(STUDIES)[:4] == OWN
    for name in OWN:
        assert STUDIES[name].name == name
    with pytest.raises(ParameterError, match="there is a study 'impact' already"):
        study("impact", "Another", independent=("x",))(heaviest_rows)


def test_a_study_finds_what_it_asked_for_and_makes_a_table(only, context, search):
    def needs(card, settings):
        return Work({"light": SampleRequest([settings.shape.at(m) for m in (0.01, 0.5)], card, events=100)})

    made = only("heaviest", heaviest_rows, needs=needs)
    assert STUDIES["heaviest"] is made
    done = study_work(search, ScanSettings(events=100)).run(backend=Backend(1))
    (table,) = run_studies(context, done).values()
    assert table.title == "Title"
    assert table.columns() == {"ratio": [3.0], "splitting": [0.4], "m_aprime_GeV": [0.5]}


def test_a_study_without_rows_has_no_table(only, context):
    only("nothing", lambda context: [])
    only("something", heaviest_rows)
    assert list(run_studies(context, Done())) == ["something"]


def test_a_name_that_is_no_file_name_is_refused():
    for name in ("", "a/b", "a b", "x" * 61, "-x"):
        with pytest.raises(ParameterError, match="its name becomes that of a file"):
            study(name, "t", independent=("x",))(heaviest_rows)
