"""Lists of mesons in files: own text, BdNMC's text, event files; what is refused, in one line."""

import numpy as np
import pytest

from semivis_gen.errors import EventFileError, ParameterError, SemivisError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, STATUS_INCOMING, Events
from semivis_gen.io.files import open_writer
from semivis_gen.production.mesons.files import mesons_from_file, write_mesons
from semivis_gen.production.mesons.meson_list import MesonList


@pytest.fixture
def mesons():
    rng = np.random.default_rng(5)
    p = rng.normal(loc=[0, 0, 20], size=(50, 3))
    return MesonList.of(rng.choice([111, 221, 331, 223], 50), p, rng.random(50))


def test_what_is_written_is_read_back_exactly(mesons, tmp_path):
    path = tmp_path / "mesons.txt"
    write_mesons(mesons, path)
    back = mesons_from_file(path, symmetric=True)
    for column in ("pdg", "momentum", "weight"):
        assert np.array_equal(getattr(back, column), getattr(mesons, column))
    assert back.symmetric


def bdnmc(path, *, unit=1.0, mass=0.547862, extra=""):
    """A list as BdNMC takes it: px py pz E, six digits."""
    p = unit * (np.random.default_rng(6).normal(size=(40, 3)) * 0.3 + [0, 0, 12])
    energy = np.sqrt((p**2).sum(axis=1) + (unit * mass) ** 2)
    rows = [f"{a:.6g} {b:.6g} {c:.6g} {e:.6g}{extra}" for (a, b, c), e in zip(p, energy, strict=True)]
    path.write_text("# eta of a target simulation\n" + "\n".join(rows) + "\n")
    return p


@pytest.mark.parametrize("extra", ["", " 0 0 1.5", " 0 0 1.5 5e-9"])
def test_lists_of_bdnmc(tmp_path, extra):
    path = tmp_path / "eta.dat"
    p = bdnmc(path, extra=extra)
    mesons = mesons_from_file(path, pdg=221, per_proton=0.3)
    np.testing.assert_allclose(mesons.momentum, p, rtol=1e-5, atol=1e-6)
    assert set(mesons.pdg) == {221}
    assert mesons.per_proton(221) == pytest.approx(0.3, rel=1e-12)


def events(scale=1.0):
    """Three collisions: two mesons, a pion and one meson with a copy of it, nothing."""
    pdg = [2212, 111, 221, 2212, 211, 331, 331, 2212]
    status = [
        STATUS_INCOMING,
        STATUS_FINAL,
        STATUS_DECAYED,
        STATUS_INCOMING,
        STATUS_FINAL,
        3,
        STATUS_FINAL,
        STATUS_INCOMING,
    ]
    mass = [0.93827, 0.13498, 0.54786, 0.93827, 0.13957, 0.95778, 0.95778, 0.93827]
    momentum = np.zeros((8, 3))
    momentum[:, 2] = [400, 10, 20, 400, 5, 30, 30, 400]
    return Events(
        offsets=np.array([0, 3, 7, 8]), pdg=np.array(pdg, dtype=np.int32), status=np.array(status, dtype=np.int8),
        mothers=np.array([[-1, -1], [0, 0], [0, 0], [-1, -1], [0, 0], [0, 0], [2, 2], [-1, -1]], dtype=np.int32),
        momentum=scale * momentum, mass=scale * np.array(mass), ctau=np.zeros(8),
        weight=np.array([2.0, 1.0, 1.0]), vertex=np.zeros((3, 4)),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["mesons.lhe", "mesons.lhe.gz", "mesons.parquet"])
def test_event_files_are_collisions_of_one_proton_each(tmp_path, name):
    made = events()
    with open_writer(tmp_path / name, made.info) as writer:
        writer.write(made)
    mesons = mesons_from_file(tmp_path / name)
    assert list(mesons.pdg) == [111, 221, 331]
    np.testing.assert_allclose(mesons.weight, [0.5, 0.5, 0.25], rtol=1e-13)
    np.testing.assert_allclose(mesons.momentum[:, 2], [10, 20, 30], rtol=1e-13)


def test_events_in_mev(tmp_path):
    with open_writer(tmp_path / "mev.lhe", events().info) as writer:
        writer.write(events(scale=1000.0))
    message = r"mev\.lhe: event 1: a pi0 of mass 134\.98, not 0\.134977 GeV: give the file in GeV"
    with pytest.raises(EventFileError, match=message):
        mesons_from_file(tmp_path / "mev.lhe")


@pytest.mark.parametrize(
    ("row", "shift", "accepted"), [(1, 0.02, True), (1, 0.1, False), (2, -0.02, True), (2, -0.1, False)]
)
def test_generators_have_masses_of_their_own_but_not_others(tmp_path, row, shift, accepted):
    made = events()
    made.mass[row] *= 1 + shift
    with open_writer(tmp_path / "mesons.lhe", made.info) as writer:
        writer.write(made)
    if accepted:
        assert len(mesons_from_file(tmp_path / "mesons.lhe").pdg) == 3
    else:
        with pytest.raises(EventFileError, match=r"event 1: a .* of mass"):
            mesons_from_file(tmp_path / "mesons.lhe")


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("", {}, r"holds no mesons: write a line"),
        ("# nothing\n\n", {}, r"holds no mesons"),
        ("111 0 0 5 1\n111 0 0 5\n", {}, r"line 2: 4 columns after 5 before"),
        ("111 0 0 five 1\n", {}, r"line 1: could not convert string to float: 'five': write numbers only"),
        ("111 0 0\n", {}, r"line 1: 3 columns: write `pdg px py pz weight`"),
        ("0 0 5 5.1\n", {}, r"line 1: 4 columns are BdNMC's .* say neither kind nor weight: give pdg"),
        ("0 0 5 5.1\n", {"pdg": 221}, r"per_proton \(mesons per proton, above zero\), not 221 and None"),
        ("0 0 5 5.1\n", {"pdg": 211, "per_proton": 1.0}, r"give pdg \(one of 111 \(pi0\)"),
        ("0 0 5 5.1\n", {"pdg": 221, "per_proton": 0.0}, r"above zero\), not 221 and 0\.0"),
        ("111 0 0 5 1\n", {"pdg": 111}, r"line 1: 5 columns: write"),
        ("111 0 0 5 -1\n", {}, r"meson 1: .* weights not negative"),
        ("211 0 0 5 1\n", {}, r"none of 1 particles makes A'"),
        ("111 0 0 nan 1\n", {}, r"meson 1: "),
    ],
)
def test_text_that_is_no_list(tmp_path, content, options, message):
    path = tmp_path / "list.txt"
    path.write_text(content)
    with pytest.raises(EventFileError, match=message) as caught:
        mesons_from_file(path, **options)
    assert str(caught.value).startswith(f"{path}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"unit": 1000.0}, {"mass": 0.135}])
def test_lists_of_bdnmc_in_mev_or_of_another_meson(tmp_path, wrong):
    path = tmp_path / "eta.dat"
    bdnmc(path, **wrong)
    with pytest.raises(EventFileError, match=r"\(median\) is not the 0\.3 GeV\^2 of a eta: give the list in GeV"):
        mesons_from_file(path, pdg=221, per_proton=0.3)


def test_options_and_names_that_do_not_fit(tmp_path, mesons):
    with pytest.raises(ParameterError, match="pdg and per_proton belong to BdNMC's lists"):
        mesons_from_file(tmp_path / "x.lhe", pdg=111)
    with pytest.raises(EventFileError, match="cannot be read as text: No such file"):
        mesons_from_file(tmp_path / "missing.txt")
    with pytest.raises(SemivisError, match="unknown kind of event file"):
        mesons_from_file(tmp_path / "mesons.csv")
    with pytest.raises(ParameterError, match="meson lists are text, use a name that ends with"):
        write_mesons(mesons, tmp_path / "mesons.lhe")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EventFileError, match="cannot be read as text"):
        mesons_from_file(tmp_path / "binary.txt")
