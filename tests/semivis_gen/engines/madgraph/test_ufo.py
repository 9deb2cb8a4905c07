"""The UFO model, read by Python alone and by ufo-model-loader; MadGraph itself is in test_madgraph_real.py."""

import cmath
import fcntl
import importlib.util
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from semivis_gen.constants import ALPHA, ID_APRIME, ID_CHI1, ID_CHI2, M_ELECTRON, M_MUON, M_TAU, nucleus_id
from semivis_gen.model.point import DarkMasses, DarkSector
from semivis_gen.model.widths import compute_widths, gamma_aprime_chi, gamma_aprime_lepton
from semivis_gen.resources import ufo_dir
from semivis_gen.target.form_factors import Nucleus, g2

POINT = DarkSector.at(0.3)
LEAD = Nucleus(82, 208)
RESTRICTIONS = {"default": 22, "pointlike": 23, "nonucleus": 21, "massless_e": 22, "pp": 27}
IGNORE_CACHES = shutil.ignore_patterns("__pycache__", "*.pkl", "*.pyc")


def copy_model(folder, *, dirac=False):
    shutil.copytree(ufo_dir(), folder, ignore=IGNORE_CACHES)
    if dirac:
        particles = folder / "particles.py"
        text = particles.read_text(encoding="utf-8")
        assert text.count("\nDIRAC = False\n") == 1
        particles.write_text(text.replace("\nDIRAC = False\n", "\nDIRAC = True\n"), encoding="utf-8")
    return folder


def import_model(folder):
    name = f"ufo_{folder.parent.name}"
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return import_model(copy_model(tmp_path_factory.mktemp("majorana") / "semivis"))


def evaluate(model, **changes):
    """Values of all parameters, with some external ones changed."""
    known = {"cmath": cmath}
    for parameter in sorted(model.all_parameters, key=lambda p: p.nature):  # external first
        value = changes.get(parameter.name, parameter.value)
        known[parameter.name] = eval(value, known) if isinstance(value, str) else value  # noqa: S307
    return known


def test_ids_are_those_of_semivis(model):
    ids = {p.name: p.pdg_code for p in model.all_particles}
    assert (ids["ap"], ids["x1"], ids["x2"]) == (ID_APRIME, ID_CHI1, ID_CHI2)
    assert ids["nuc"] == nucleus_id(82, 208) == LEAD.pdg_id


def test_default_point_is_the_benchmark(model):
    values, widths = evaluate(model), compute_widths(POINT)
    for name, expected in {
        "MAP": POINT.masses.m_aprime,
        "MX1": POINT.masses.m_chi1,
        "MX2": POINT.masses.m_chi2,
        "delta": POINT.masses.delta,
        "alphad": POINT.alpha_d,
        "eps": POINT.epsilon,
        "aEWM1": 1 / ALPHA,
        "Me": M_ELECTRON,
        "MMU": M_MUON,
        "MTA": M_TAU,
        "ee": POINT.e_charge,
        "gD": POINT.g_d,
    }.items():
        assert complex(values[name]) == pytest.approx(expected, rel=1e-12), name
    assert values["WAP"] == pytest.approx(widths.gamma_aprime, rel=1e-7)
    assert values["WX2"] == pytest.approx(widths.gamma_chi2, rel=1e-6)
    assert values["MNUC"] == pytest.approx(LEAD.mass, rel=1e-9)


def test_names_survive_readers_that_lower_the_case(model):
    for objects in (model.all_parameters, model.all_couplings, model.all_lorentz, model.all_particles):
        names = [o.name.lower() for o in objects]
        assert len(set(names)) == len(names)


def test_majorana_fermions_have_one_vertex_listed_once(model):
    names = {p.name: p for p in model.all_particles}
    assert names["x1"].selfconjugate
    assert names["x2"].selfconjugate
    legs = [tuple(sorted(p.name for p in v.particles)) for v in model.all_vertices]
    assert len(set(legs)) == len(legs)
    assert [v for v in legs if "x1" in v or "x2" in v] == [("ap", "x1", "x2")]


def test_every_vertex_conserves_charge_and_each_charged_fermion_couples_to_both_vectors(model):
    for vertex in model.all_vertices:
        assert sum(p.charge for p in vertex.particles) == pytest.approx(0)
    charged = {p.name for p in model.all_particles if p.spin == 2 and p.charge and p.pdg_code > 0}
    for vector in ("a", "ap"):
        coupled = {p.name for v in model.all_vertices for p in v.particles if v.particles[-1].name == vector}
        assert charged <= coupled


def test_dark_photon_couples_like_the_photon_times_epsilon(model):
    values = evaluate(model)
    couplings = {c.name: eval(c.value, dict(values)) for c in model.all_couplings}  # noqa: S307
    for kind in "lud":
        assert couplings[f"GC_ap_{kind}"] == pytest.approx(POINT.epsilon * couplings[f"GC_a_{kind}"])
    charges = {p.name: p.charge for p in model.all_particles}
    for vertex in model.all_vertices:
        if vertex.name.startswith("V_a_"):
            fermion = vertex.particles[1]
            assert couplings[vertex.couplings[0, 0].name] == pytest.approx(1j * POINT.e_charge * charges[fermion.name])


@pytest.mark.parametrize("t", np.geomspace(1e-12, 10, 12))
@pytest.mark.parametrize(("z", "a"), [(82, 208), (13, 27), (1, 1)])
def test_form_factor_is_the_native_one(model, t, z, a):
    (form_factor,) = model.all_form_factors
    expression, legs = re.subn(r"P\(-1,3\)\*\*2", "(q2)", form_factor.value)
    assert legs > 0
    assert "P(" not in expression
    value = eval(expression, evaluate(model, znuc=float(z), anuc=float(a)) | {"q2": -t})  # noqa: S307
    assert value == pytest.approx(math.sqrt(g2(t, Nucleus(z, a))) / z, rel=1e-12)


def test_two_body_widths_are_the_native_ones(model):
    masses = DarkMasses(0.7, 2.6, 0.3)
    values = evaluate(model, MAP=masses.m_aprime, MX1=masses.m_chi1, delta=masses.delta, eps=1e-2, alphad=0.2)
    widths = {
        tuple(p.name for p in products): complex(eval(text, dict(values)))  # noqa: S307
        for products, text in model.all_decays[0].partial_widths.items()
    }
    assert widths["x1", "x2"] == pytest.approx(gamma_aprime_chi(masses, 0.2), rel=1e-12)
    for names, mass in ((("e-", "e+"), M_ELECTRON), (("mu-", "mu+"), M_MUON)):
        assert widths[names] == pytest.approx(gamma_aprime_lepton(masses.m_aprime, 1e-2, mass), rel=1e-12)
    assert widths["u", "u~"] == pytest.approx(3 * 4 / 9 * gamma_aprime_lepton(masses.m_aprime, 1e-2, 0.0), rel=1e-12)
    assert widths["d", "d~"] == pytest.approx(3 / 9 * gamma_aprime_lepton(masses.m_aprime, 1e-2, 0.0), rel=1e-12)


def test_inverse_decay_has_the_crossed_amplitude(model):
    # |M|^2 summed over spins is a polynomial in the masses; crossing one fermion changes its sign
    masses, alpha_d = DarkMasses(0.3, 2.5, 0.2), 0.1
    g_d2 = 4 * math.pi * alpha_d
    m2, s, d = masses.m_aprime**2, masses.sigma**2, masses.delta**2
    summed = 2 * g_d2 * (2 * m2 + s) * (m2 - d) / m2
    momentum = math.sqrt((m2 - s) * (m2 - d)) / (2 * masses.m_aprime)
    assert momentum * summed / (3 * 8 * math.pi * m2) == pytest.approx(float(gamma_aprime_chi(masses, alpha_d)))

    values = evaluate(model, MAP=0.1, MX1=0.2, delta=0.3, alphad=alpha_d)
    m2, s, d = 0.1**2, 0.7**2, 0.3**2
    summed = -2 * g_d2 * (2 * m2 + s) * (m2 - d) / m2
    momentum = math.sqrt((s - m2) * (d - m2)) / (2 * 0.5)
    (text,) = model.all_decays[1].partial_widths.values()
    assert complex(eval(text, dict(values))) == pytest.approx(momentum * summed / (2 * 8 * math.pi * 0.5**2))  # noqa: S307


def card_entries(path):
    entries, block = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if words and words[0].lower() == "block":
            block = words[1]
        elif words:
            entries[("DECAY", int(words[1])) if words[0] == "DECAY" else (block, int(words[0]))] = float(words[-1])
    return entries


@pytest.mark.parametrize("name", RESTRICTIONS)
def test_restrictions_name_every_parameter_and_keep_its_default(model, name):
    entries = card_entries(ufo_dir() / f"restrict_{name}.dat")
    external = {(p.lhablock, p.lhacode[0]): p.value for p in model.all_parameters if p.nature == "external"}
    assert set(entries) == set(external)
    changed = {key for key, value in entries.items() if value != external[key]}
    assert changed <= {("DARK", 4), ("NUCLEUS", 3), ("NUCLEUS", 4), ("MASS", 4), ("MASS", 11)}
    assert all(entries[key] == 0 for key in changed)


def test_card_writer_runs_alone_in_the_folder(model, tmp_path):
    # as MadGraph runs it in each process folder: no package around it
    folder = copy_model(tmp_path / "ufomodel")
    subprocess.run([sys.executable, "-I", "-c", "import sys; sys.path.insert(0, '.'); import runpy; "
                    "runpy.run_path('write_param_card.py', run_name='__main__')"], cwd=folder, check=True)  # fmt: skip
    text = (folder / "param_card.dat").read_text(encoding="utf-8")
    written = card_entries_before_numbers(folder / "param_card.dat")
    external = {(p.lhablock, p.lhacode[0]): p.value for p in model.all_parameters if p.nature == "external"}
    assert written == external
    assert "Block QNUMBERS 1000822080 # nuc\n  1 246\n  2 1\n  3 1\n  4 1\n" in text
    assert "Block QNUMBERS 52 # x1\n  1 0\n  2 2\n  3 1\n  4 0\n" in text


def card_entries_before_numbers(path):
    return {key: value for key, value in card_entries(path).items() if key[0] != "QNUMBERS"}


def test_dirac_variant_has_two_vertices_and_twice_the_width(tmp_path):
    dirac = import_model(copy_model(tmp_path / "dirac" / "semivis", dirac=True))
    legs = [tuple(p.name for p in v.particles) for v in dirac.all_vertices if "x" in v.particles[0].name]
    assert legs == [("x2~", "x1", "ap"), ("x1~", "x2", "ap")]
    values = evaluate(dirac)
    invisible = [text for products, text in dirac.all_decays[0].partial_widths.items() if products[0].name[0] == "x"]
    total = sum(complex(eval(text, dict(values))) for text in invisible)  # noqa: S307
    assert total == pytest.approx(2 * float(gamma_aprime_chi(POINT.masses, POINT.alpha_d)))


def native_couplings(point, nucleus, form_factor, quarks=1.0):
    e, z = point.e_charge, nucleus.z
    mix = {"l": -1.0, "u": 2 / 3 * quarks, "d": -1 / 3 * quarks}
    strong = math.sqrt(4 * math.pi * 0.1179)
    return (
        {f"GC_a_{k}": 1j * e * q for k, q in (("l", -1.0), ("u", 2 / 3), ("d", -1 / 3))}
        | {f"GC_ap_{k}": 1j * e * point.epsilon * q for k, q in mix.items()}
        | {
            "GC_dark": -point.g_d,
            "GC_dirac": 1j * point.g_d,
            "GC_g": 1j * strong,
            "GC_ggg": -strong,
            "GC_gggg": 1j * strong**2,
            "GC_nuc_pt": 1j * e * z * (1 - form_factor),
            "GC_nuc_ff": 1j * e * z * form_factor,
            "GC_nuc_aa": 2j * (e * z) ** 2 * (1 - form_factor),
        }
    )


# its own process: the loader leaves files open, which pytest would count against these tests
LOADER = """
import json, logging, sys
from ufo_model_loader.commands import load_model
logging.disable(logging.CRITICAL)
out = {}
for name in sys.argv[2:]:
    model = load_model(sys.argv[1], name, name != "full")[0]
    out[name] = {
        "couplings": {c.name: [c.value.real, c.value.imag] for c in model.couplings},
        "vertices": len(model.vertex_rules),
        "massive": [p.name for p in model.particles if p.is_massive()],
        "source": model.raw_ufo_error,
    }
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    pytest.importorskip("ufo_model_loader")
    folder = copy_model(tmp_path_factory.mktemp("loader") / "semivis")
    command = [sys.executable, "-W", "ignore", "-c", LOADER, str(folder), "full", *RESTRICTIONS]
    # its algebra system ends a second process on the same machine: the workers of a parallel run take turns
    with (Path(tempfile.gettempdir()) / f"semivis-ufo-loader-{os.getuid()}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_ufo_model_loader_evaluates_every_coupling_to_the_native_value(loaded):
    values, expected = loaded["full"]["couplings"], native_couplings(POINT, LEAD, form_factor=1.0)
    assert loaded["full"]["source"] is None
    assert set(values) == set(expected)
    for name, value in values.items():
        assert complex(*value) == pytest.approx(expected[name], rel=1e-13, abs=1e-300), name


@pytest.mark.parametrize("name", RESTRICTIONS)
def test_ufo_model_loader_applies_the_restrictions(loaded, name):
    assert loaded[name]["vertices"] == RESTRICTIONS[name]
    assert ("e-" in loaded[name]["massive"]) == (name not in ("massless_e", "pp"))
    expected = native_couplings(POINT, LEAD, 0.0 if name in ("pointlike", "nonucleus", "pp") else 1.0)
    for coupling, value in loaded[name]["couplings"].items():
        assert complex(*value) == pytest.approx(expected[coupling], rel=1e-13), coupling
