"""What a notebook imports: two faces, frozen; the whole chain in ten lines."""

import subprocess
import sys
from pathlib import Path

import pytest

import postprocess
import semivis_gen

GENERATORS = [
    "Annihilation",
    "Bremsstrahlung",
    "Collider",
    "ColliderProduction",
    "DarkMasses",
    "DarkSector",
    "Estimate",
    "Events",
    "IdMap",
    "MassShape",
    "Material",
    "MesonDecay",
    "MesonList",
    "MesonListDecay",
    "PROCESSES",
    "ProtonBremsstrahlung",
    "ProtonDump",
    "RunInfo",
    "SemivisError",
    "SemivisWarning",
    "Spin",
    "ThickTarget",
    "ThinTarget",
    "VectorMixing",
    "Widths",
    "__version__",
    "compute_widths",
    "concatenate",
    "decay_chain",
    "generate",
    "material",
    "mesons_from_file",
    "open_writer",
    "production_rate",
    "read_events",
    "read_info",
    "sample_lifetimes",
]
ANALYSIS = [
    "AcceptanceTable",
    "Backend",
    "Contour",
    "Experiment",
    "FERMILAB_2021",
    "LimitModel",
    "Nuisance",
    "PlaneScan",
    "PointStore",
    "ScanSettings",
    "accept",
    "accept_files",
    "acceptance_figure",
    "cls",
    "cls_with_bands",
    "exclusion_figure",
    "expected_limits",
    "expected_yields",
    "gminus2_bands",
    "limit_model",
    "list_experiments",
    "load_experiment",
    "production_estimate",
    "reach",
    "relic_line",
    "save_figure",
    "scan_plane",
    "upper_limit",
]


@pytest.mark.parametrize(("face", "names"), [(semivis_gen, GENERATORS), (postprocess, ANALYSIS)])
def test_names_are_frozen_and_all_there(face, names):
    assert dir(face) == sorted(names)
    for name in names:
        assert getattr(face, name) is not None
    with pytest.raises(AttributeError):
        _ = face.no_such_name


def test_a_face_loads_nothing_before_it_is_asked():
    code = (
        "import sys, postprocess, semivis_gen; "
        "print([m for m in sys.modules if m.startswith(('numpy', 'scipy', 'postprocess.', 'semivis_gen.'))])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_both_say_that_they_are_typed():
    for face in (postprocess, semivis_gen):
        (folder,) = face.__path__
        assert (Path(folder) / "py.typed").is_file()
