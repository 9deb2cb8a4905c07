"""Libraries for G4DarkBreM: its own reading rules, kinematics, unweighted events, cross-sections."""

import gzip
from collections import defaultdict

import numpy as np
import pytest

from semivis_gen.engines.g4darkbrem import COLUMNS, library_energies, write_library
from semivis_gen.errors import OutputError, ParameterError
from semivis_gen.production import ProductionSampler, cross_section
from semivis_gen.target import ThinTarget, material

M_APRIME, M_E, M_MU = 0.1, 0.51099895e-3, 0.1056583755


def read(path):
    """Read as G4DarkBreM does: a line of names, then ten numbers a line up to the first empty one; Z is an integer."""
    opened = gzip.open if str(path).endswith(".gz") else open
    library = defaultdict(lambda: defaultdict(list))
    with opened(path, "rt") as stream:
        next(stream)
        for line in stream:
            if not line.strip():
                break
            values = [float(cell) for cell in line.split(",")]
            assert len(values) == 10
            library[int(values[0])][values[1]].append(values[2:])
    return {z: {e: np.array(rows) for e, rows in energies.items()} for z, energies in library.items()}


@pytest.fixture(scope="module")
def tungsten(tmp_path_factory):
    path = tmp_path_factory.mktemp("library") / "w.csv.gz"
    made = write_library(path, M_APRIME, material("W"), library_energies(4.0), events=2000, seed=3)
    return path, made, read(path)


def test_its_reader_finds_all_energies_with_all_events(tungsten):
    path, made, library = tungsten
    with gzip.open(path, "rt") as stream:
        assert next(stream) == ",".join(COLUMNS) + "\n"
    assert list(library) == [74]
    assert list(library[74]) == [one.energy for one in made] == library_energies(4.0).tolist()
    assert {len(rows) for rows in library[74].values()} == {2000}


def test_steps_of_ten_percent_from_half_of_the_energy():
    energies = library_energies(8.0)
    assert energies[[0, -1]].tolist() == [4.0, 8.0]
    assert energies[1:-1] / energies[:-2] == pytest.approx(1.1)
    assert energies[-1] / energies[-2] <= 1.1 + 1e-12
    assert library_energies(1.1, smallest=1.0) == pytest.approx([1.0, 1.1])
    assert library_energies(2.0, smallest=2.0).tolist() == [2.0]


def test_masses_of_electron_and_aprime(tungsten):
    for rows in tungsten[2][74].values():
        energy, momentum = rows[:, 0], rows[:, 1:4]
        assert energy**2 - (momentum**2).sum(axis=1) == pytest.approx(M_E**2, abs=1e-12)
        e_aprime, p_aprime = rows[:, 4] - energy, rows[:, 5:8] - momentum
        assert e_aprime**2 - (p_aprime**2).sum(axis=1) == pytest.approx(M_APRIME**2, abs=1e-11)


def test_energy_is_kept_up_to_the_recoil_of_the_nucleus(tungsten):
    for incident, rows in tungsten[2][74].items():
        lost = incident - rows[:, 4]
        recoil = np.sqrt((rows[:, 5:7] ** 2).sum(axis=1) + (np.sqrt(incident**2 - M_E**2) - rows[:, 7]) ** 2)
        mass = material("W").elements[0][0].mass
        assert lost == pytest.approx(np.sqrt(mass**2 + recoil**2) - mass, abs=1e-10)


def test_events_are_those_of_the_exact_distribution(tungsten):
    """Mean energy share of A' against weighted events of another seed."""
    rows = tungsten[2][74][4.0]
    share = (rows[:, 4] - rows[:, 0]) / 4.0
    other = ProductionSampler(M_APRIME, ThinTarget(4.0, material("W"))).sample(
        40_000, np.random.default_rng(11), weighted=True
    )
    energy = np.sqrt((other.aprime**2).sum(axis=1) + M_APRIME**2) / 4.0
    mean = np.average(energy, weights=other.weight)
    spread = np.sqrt(np.sum((other.weight * (energy - mean)) ** 2)) / other.weight.sum()
    assert abs(share.mean() - mean) < 4 * np.hypot(share.std() / np.sqrt(len(share)), spread)


def test_cross_sections_stand_beside(tungsten):
    nucleus = material("W").elements[0][0]
    for one in tungsten[1][::4]:
        assert one.cross_section.value == cross_section(M_APRIME, one.energy, nucleus).value


def test_muons_and_compounds(tmp_path):
    path = tmp_path / "library.csv"
    made = write_library(path, 0.2, material("PbWO4"), np.array([100.0]), events=50, beam_id=13)
    library = read(path)
    assert sorted(library) == sorted({one.nucleus.z for one in made}) == [8, 74, 82]
    rows = library[82][100.0]
    assert rows[:, 0] ** 2 - (rows[:, 1:4] ** 2).sum(axis=1) == pytest.approx(M_MU**2, abs=1e-9)


def test_same_seed_same_bytes(tmp_path):
    for name in ("a.csv", "b.csv"):
        write_library(tmp_path / name, M_APRIME, material("W"), np.array([2.0, 4.0]), events=20, seed=5)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    two, four = read(tmp_path / "a.csv")[74].values()
    assert not np.any(two[:, 1] / two[:, 0] == four[:, 1] / four[:, 0])  # streams of their own


@pytest.mark.parametrize(("name", "events", "error"), [("a.lhe", 1, "suffix"), ("a.csv", 0, "at least one")])
def test_what_cannot_be_written(tmp_path, name, events, error):
    with pytest.raises(ParameterError, match=error):
        write_library(tmp_path / name, M_APRIME, material("W"), np.array([4.0]), events=events)
    with pytest.raises(OutputError):
        write_library(tmp_path / "none" / "a.csv", M_APRIME, material("W"), np.array([4.0]), events=1)
    with pytest.raises(ParameterError, match="energies of a library"):
        library_energies(4.0, smallest=5.0)
