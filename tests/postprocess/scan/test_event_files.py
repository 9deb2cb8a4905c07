"""One sample in several files: the same table for any number of workers, and that of the sample in one piece."""

import numpy as np
import pytest
from support.cards import experiment

from postprocess.acceptance.sums import accept
from postprocess.scan import event_files
from postprocess.scan.event_files import accept_files
from postprocess.scan.jobs import Backend
from semivis_gen.errors import EventFileError
from semivis_gen.events import IdMap
from semivis_gen.generator import generate
from semivis_gen.io.files import open_writer, read_events
from semivis_gen.model.point import DarkMasses

CARD = experiment("na64-2018")
MASSES = DarkMasses(0.3, 3.0, 0.4)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    names = []
    for seed, suffix in ((1, "lhe.gz"), (2, "parquet"), (3, "hepmc3")):
        chunks = list(generate(MASSES, CARD.source(), n_events=1500, seed=seed, e_min_aprime=CARD.e_min()))
        names.append(str(folder / f"part{seed}.{suffix}"))
        with open_writer(names[-1], chunks[0].info) as writer:
            for chunk in chunks:
                writer.write(chunk)
    return names


def test_any_number_of_workers_gives_the_same_bits(files):
    one, two = (accept_files(files, CARD, ids=IdMap(), backend=Backend(n)) for n in (1, 2))
    np.testing.assert_array_equal(one.acceptance, two.acceptance)
    np.testing.assert_array_equal(one.error, two.error)
    assert one.events == 4500


def test_one_file_is_what_accept_gives(files):
    alone = accept_files(files[:1], CARD, ids=IdMap(), backend=Backend(1))
    streamed = accept(read_events(files[0]), CARD)
    np.testing.assert_array_equal(alone.acceptance, streamed.acceptance)


def test_parts_add_up_to_the_whole(files):
    grid = [5.0, 50.0]
    whole = accept_files(files, CARD, ids=IdMap(), ctau_mm=grid, backend=Backend(1))
    parts = [accept_files([name], CARD, ids=IdMap(), ctau_mm=grid, backend=Backend(1)) for name in files]
    mean = np.mean([p.acceptance for p in parts], axis=0)
    error = np.sqrt(np.mean([p.error**2 for p in parts], axis=0) / 3)
    assert (np.abs(whole.acceptance - mean) < 4 * error).all()
    np.testing.assert_allclose(whole.error, error, rtol=0.1)


@pytest.fixture
def again(files, tmp_path):
    """The events of the first file in another format."""
    name = str(tmp_path / "again.hepmc3")
    chunks = list(read_events(files[0]))
    with open_writer(name, chunks[0].info) as writer:
        for chunk in chunks:
            writer.write(chunk)
    return name


def test_the_same_events_in_another_format_would_count_twice(files, again):
    with pytest.raises(EventFileError, match=r"again.hepmc3 begins with the event that .*part1.lhe.gz begins with"):
        accept_files([*files, again], CARD, ids=IdMap(), ctau_mm=[50.0], backend=Backend(1))


def test_every_file_has_random_numbers_of_its_own(files, again, monkeypatch):
    """The decay points of the same events are others."""
    monkeypatch.setattr(event_files, "require_different_samples", lambda files: None)
    one, two = (
        accept_files(names, CARD, ids=IdMap(), ctau_mm=[50.0], backend=Backend(1))
        for names in (files[:1], [files[0], again])
    )
    shift = np.abs(two.acceptance - one.acceptance)[0] / one.error[0]
    assert 1e-3 < shift[0] < 4 / np.sqrt(2)  # S1, where points are drawn: half the difference of two draws
    assert shift[1] < 1e-5  # S2 is exact for given events; the spread of the beam hardly moves it


def test_a_damaged_file_among_them_is_named(files, tmp_path):
    bad = tmp_path / "bad.lhe"
    bad.write_text("<LesHouchesEvents version='3.0'>\n")
    with pytest.raises(EventFileError, match=r"bad\.lhe"):
        accept_files([*files, str(bad)], CARD, ids=IdMap(), masses=MASSES, backend=Backend(2))
