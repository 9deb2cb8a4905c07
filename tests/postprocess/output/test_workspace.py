"""The exported workspace says the same as the limit code, and pyhf accepts it."""

import json
import math
import socket

import pytest

from postprocess.limits.exact import cls
from postprocess.limits.model import LimitModel, Nuisance
from postprocess.output.workspace import (
    build_patchset,
    build_workspace,
    validate_patchset,
    validate_workspace,
    write_json,
)
from semivis_gen.errors import ParameterError

pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver is deprecated:DeprecationWarning")

MODEL = LimitModel(
    (0.19, 0.53), (0.07, 0.17), (0, 0), (Nuisance("form factor", (0.1, 0.1)), Nuisance("R < 0.06", (0.05, 0.0)))
)
POINTS = {(0.3, 1e-3): (1.5, 2.5), (0.39, 2e-3): (0.0, 3.0)}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        pytest.fail("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def patchset(workspace):
    return build_patchset(MODEL, workspace, POINTS, labels=("m_aprime", "epsilon"), description="test points")


def test_names_and_numbers():
    workspace = build_workspace(MODEL, (1.5, 2.5))
    names = [[m["name"] for s in c["samples"] for m in s["modifiers"]] for c in workspace["channels"]]
    assert names == [
        ["mu_signal", "signal_form_factor", "signal_R_0p06", "background_S1"],
        ["mu_signal", "signal_form_factor", "background_S2"],
    ]
    assert [o["data"] for o in workspace["observations"]] == [[0.0], [0.0]]
    assert workspace["channels"][1]["samples"][1]["data"] == [0.53]


def test_likelihood_ratio_of_pyhf_is_ours():
    import pyhf

    m = pyhf.Workspace(build_workspace(MODEL, (1.5, 2.5))).model()
    data = [0, 0, *m.config.auxdata]

    def nominal(mu):
        parameters = m.config.suggested_init()
        parameters[m.config.poi_index] = mu
        return float(m.logpdf(parameters, data)[0])

    # with all nuisances at their nominal values and nothing observed ln Q is minus the signal, and so is ln CLs
    assert nominal(1.0) - nominal(0.0) == pytest.approx(-4.0, rel=1e-9)
    assert math.log(cls(MODEL.without(), (1.5, 2.5))) == pytest.approx(-4.0, rel=1e-9)


def test_one_sigma_of_a_nuisance_scales_the_signal():
    import pyhf

    m = pyhf.Workspace(build_workspace(MODEL, (1.0, 2.0))).model()
    parameters = m.config.suggested_init()
    parameters[m.config.par_order.index("signal_form_factor")] = 1.0
    assert m.expected_actualdata(parameters) == pytest.approx([0.19 + 1.1, 0.53 + 2.2])


def test_opposite_signs_of_a_nuisance_stay_opposite():
    import pyhf

    model = LimitModel((0.19, 0.53), (0.07, 0.17), (0, 0), (Nuisance("migration", (0.3, -0.2)),))
    m = pyhf.Workspace(build_workspace(model, (1.0, 2.0))).model()
    parameters = m.config.suggested_init()
    for z in (1.0, -1.0, 2.0):
        parameters[m.config.par_order.index("signal_migration")] = z
        assert m.expected_actualdata(parameters) == pytest.approx([0.19 + 1.3**z, 0.53 + 2 * 0.8**z])


def test_patches_replace_the_signal():
    import pyhf

    workspace = build_workspace(MODEL, (1.0, 1.0))
    patched = pyhf.Workspace(pyhf.PatchSet(patchset(workspace)).apply(workspace, "m_aprime_0p39_epsilon_0p002"))
    signals = [c["samples"][0]["data"] for c in patched["channels"]]
    assert signals == [[0.0], [3.0]]


def test_patch_of_another_workspace_is_refused():
    other = build_workspace(MODEL, (2.0, 1.0))
    with pytest.raises(ParameterError, match="not a pyhf patch set of this workspace"):
        validate_patchset(patchset(build_workspace(MODEL, (1.0, 1.0))), other)


def test_files_are_the_same_every_time(tmp_path):
    for name in ("a.json", "b.json"):
        write_json(build_workspace(MODEL, (1.5, 2.5)), tmp_path / name)
    text = (tmp_path / "a.json").read_text()
    assert text == (tmp_path / "b.json").read_text()
    validate_workspace(json.loads(text))


def test_exact_background_has_no_modifier():
    workspace = build_workspace(LimitModel((0.5,), (0.0,), (1,)), (1.0,))
    assert workspace["channels"][0]["samples"][1]["modifiers"] == []


def test_bad_input():
    with pytest.raises(ParameterError, match="1 entries for 2"):
        build_workspace(MODEL, (1.0,))
    with pytest.raises(ParameterError, match="not a pyhf workspace"):
        validate_workspace({"channels": [], "version": "1.0.0"})
    workspace = build_workspace(MODEL, (1.0, 1.0))
    with pytest.raises(ParameterError, match="at least one"):
        build_patchset(MODEL, workspace, {}, labels=("m",), description="")
    with pytest.raises(ParameterError, match="give 1 labels and 2 signals"):
        build_patchset(MODEL, workspace, POINTS, labels=("m",), description="")
