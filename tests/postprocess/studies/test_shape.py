from dataclasses import replace

from postprocess.scan.jobs import Backend
from postprocess.scan.mass_reach import reach
from postprocess.scan.samples import SampleRequest
from postprocess.studies.shape import SHAPES, shape_rows
from postprocess.tables import flat_rows
from semivis_gen.model.point import MassShape


def test_reach_over_shapes_is_that_of_each_alone(points, search):
    shapes = (MassShape(3.0, 0.4), MassShape(3.0, 0.45))
    wanted = [shape.at(p.masses.m_aprime) for p in points for shape in shapes]
    first, second = shape_rows(SampleRequest(wanted, search, events=1500).run(backend=Backend(1)), search, alpha_d=0.1)
    alone = reach(points, search, alpha_d=0.1)
    assert (first.shape, second.shape) == shapes
    assert (first.reach_GeV, first.error_GeV, first.note) == (alone.value, alone.error, "")
    assert second.reach_GeV < first.reach_GeV  # shorter flight


def test_the_end_of_the_scan_is_no_reach_with_an_error(points, search):
    (row,) = flat_rows(shape_rows(points[:2], search, alpha_d=0.1))
    assert row == {
        "ratio": 3.0,
        "splitting": 0.4,
        "reach_GeV": points[1].masses.m_aprime,
        "error_GeV": None,
        "note": "at least: the scan ends there",
    }
    nothing = [replace(p, rate=p.rate * 1e-290) for p in points]
    (row,) = flat_rows(shape_rows(nothing, search, alpha_d=0.1))
    assert (row["reach_GeV"], row["error_GeV"], row["note"]) == (None, None, "")


def test_each_shape_once():
    assert len(set(SHAPES)) == len(SHAPES) == 13
