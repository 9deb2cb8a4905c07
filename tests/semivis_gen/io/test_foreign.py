"""Files that outsiders brought (tests/reference/foreign): each ends in the right verdict, by both parsers of LHE."""

import re

import numpy as np
import pyhepmc
import pylhe
import pytest
from support.event_files import load, save
from support.places import MADGRAPH_SAMPLE, REFERENCE

from semivis_gen.errors import EventFileError, SemivisWarning
from semivis_gen.io.files import read_info
from semivis_gen.io.lhe import reader as lhe_reader

FOREIGN = REFERENCE / "foreign"
EVENTS = {  # LHE files, and the events in them
    "Dexp_alone_accepted.lhe": 2,  # 3.0D+01, which Fortran writes and pylhe refuses
    "Dexp_beside_comment.lhe": 2,
    "commented_out_event.lhe": 1,  # one more stands in a comment
    "event_close_blank.lhe": 1,  # </event >
    "gibuu_like_init_no_process_lines.lhe": 1,  # eight processes announced, none described
    "hash_between_events.lhe": 2,
    "header_close_blank.lhe": 1,  # </header >
    "header_selfclosed.lhe": 1,  # <header />
    "header_word_in_comment.lhe": 1,
    "lt_in_hash_beside_comment.lhe": 2,  # "# pT < 10 GeV", where XML ends for pylhe
    "powheg_trailer.lhe": 1,  # random numbers behind the root
    "pylhe_rewrites_whizard.lhe": 10,
    "xml_comment_after_root.lhe": 1,
}
NOT_FOR_PYLHE = {"Dexp_alone_accepted.lhe", "Dexp_beside_comment.lhe", "lt_in_hash_beside_comment.lhe"}


def test_every_file_has_a_verdict():
    assert {path.name for path in FOREIGN.glob("*.lhe")} == set(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_lhe_files_by_both_parsers(kit, name, monkeypatch):
    fast = load(FOREIGN / name)
    monkeypatch.setattr(lhe_reader, "parse_block", lambda _: None)
    slow = load(FOREIGN / name)
    kit.assert_same(slow, fast)
    assert len(fast) == EVENTS[name]
    if name not in NOT_FOR_PYLHE:
        particles = [p for e in pylhe.LHEFile.fromfile(FOREIGN / name).events for p in e.particles]
        assert fast.pdg.tolist() == [p.id for p in particles]
        assert fast.momentum.tolist() == [[p.px, p.py, p.pz] for p in particles]
        assert fast.mass.tolist() == [p.m for p in particles]
    if name.startswith("Dexp"):
        assert fast.ctau[fast.pdg == 58].tolist() == [30.0, 30.0]


def test_both_parsers_see_madgraph_alike(kit, monkeypatch):
    fast = load(MADGRAPH_SAMPLE)
    monkeypatch.setattr(lhe_reader, "parse_block", lambda _: None)
    kit.assert_same(load(MADGRAPH_SAMPLE), fast)


def test_what_their_heads_tell():
    whizard = read_info(FOREIGN / "pylhe_rewrites_whizard.lhe")
    assert (whizard.generator, whizard.version) == ("WHIZARD", "3.1.6")
    gibuu = read_info(FOREIGN / "gibuu_like_init_no_process_lines.lhe")
    assert (gibuu.rate, gibuu.extra["rate"]) == (0.0, "not given in the file")


def family(event):
    """Momenta of each particle and of its parents: the graph, whatever the order."""
    found = [(round(p.momentum.pz, 9), sorted(round(q.momentum.pz, 9) for q in p.parents)) for p in event.particles]
    return sorted(found)


@pytest.mark.parametrize("name", ["parents_not_a_range.hepmc3", "shower_with_aprime.hepmc3"])
def test_parents_that_are_no_range_stay_who_they_are(tmp_path, name):
    events = load(FOREIGN / name)
    mothers = events.mothers[np.abs(events.momentum[:, 2] + 2.0) < 1e-9]  # made by the third and fifth particle
    assert mothers.tolist() == [[3, 4]]
    assert events.momentum[3:5, 2].tolist() == [3.0, -5.0]
    with pyhepmc.open(FOREIGN / name) as before, pyhepmc.open(save(tmp_path / "a.hepmc3", events)) as after:
        assert family(before.read()) == family(after.read())
    for other in ("a.lhe", "a.parquet"):
        assert load(save(tmp_path / other, events)).mothers.tolist() == events.mothers.tolist()


def test_the_last_cross_section_counts():
    info = read_info(FOREIGN / "running_cross_section.hepmc3")
    assert (info.rate, info.rate_error) == (12.5, 0.5)
    assert load(FOREIGN / "running_cross_section.hepmc3").info == info
    what = re.escape("cross_section_nan.hepmc3, line 38: the cross-section 'nan 5.00000000e-01' is not finite")
    with pytest.raises(EventFileError, match=what):
        load(FOREIGN / "cross_section_nan.hepmc3")


def test_parquet_files_without_checksums():
    """One file with two sets of flipped bits: a name that is no text is seen, wrong numbers can only be warned of."""
    with pytest.warns(SemivisWarning, match=r"silent\.parquet: this file of semivis has no checksums"):
        assert len(load(FOREIGN / "silent.parquet")) == 200
    with pytest.raises(EventFileError, match=r"unicode\.parquet: not a complete parquet file"):
        load(FOREIGN / "unicode.parquet")
