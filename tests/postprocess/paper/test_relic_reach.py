"""How far along the relic line set-ups reach, and the set-ups themselves."""

import json

import pytest
from support.cards import experiment

from postprocess.companions import FERMILAB_2021, relic_splitting
from postprocess.paper import relic_reach
from postprocess.paper.relic_reach import RelicReach, relic_reach_job
from postprocess.paper.setups import SETUPS, changed, exposure, hcal1, no_gap, tungsten
from postprocess.scan import ScanSettings
from postprocess.tables import rows_from

PROJECTION = experiment("na64-compact-hcal1")


def planes(card):
    return [(s.begin_mm.value, s.end_mm.value) for s in card.stations.values()]


def lengths(card):
    return [end - begin for begin, end in planes(card)]


@pytest.mark.parametrize("name", SETUPS)
def test_set_ups_are_valid_cards_that_differ(name):
    card = changed(PROJECTION, *SETUPS[name])
    assert card != PROJECTION
    assert lengths(card)[3:] == [1623, 1623]  # HCAL2 and HCAL3


def test_what_set_ups_change():
    near = changed(PROJECTION, no_gap)
    assert planes(near) == [(0, 450), (450, 500), (550, 1050), (1050, 2673), (2673, 4296)]
    compact = changed(PROJECTION, tungsten)
    assert [layer.material for layer in compact.target.layers] == ["W", "polystyrene"]
    assert compact.plane("HCAL1.begin") == PROJECTION.plane("HCAL1.begin") - 275
    assert lengths(compact)[1:] == lengths(PROJECTION)[1:]
    assert changed(PROJECTION, hcal1(250.0)).plane("HCAL3.end") == PROJECTION.plane("HCAL3.end") - 250
    assert changed(PROJECTION, exposure(1e14)).particles_on_target == 1e14


@pytest.fixture(scope="module")
def rows():
    cards = {
        "projection": PROJECTION,
        "more": changed(PROJECTION, exposure(5e13)),
        "near": changed(PROJECTION, no_gap),
        "none": changed(PROJECTION, exposure(1.0)),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relic_reach, "MASSES", relic_reach.MASSES[:5])
        task, arguments = relic_reach_job(cards, ScanSettings(events=800))
    return {row.setup: row for row in rows_from(RelicReach, task(**json.loads(json.dumps(arguments)))["rows"])}


def test_a_shorter_way_and_more_beam_reach_farther(rows):
    first, more, near = (rows[name] for name in ("projection", "more", "near"))
    assert all(0.12 < first.m_chi1_max_GeV < row.m_chi1_max_GeV - 0.01 < 0.25 for row in (more, near))
    assert 0 < first.error_GeV < 0.01


def test_the_splitting_is_that_of_the_relic_line(rows):
    row = rows["projection"]
    m = 3 * row.m_chi1_max_GeV
    assert row.splitting == pytest.approx(float(relic_splitting(m, epsilon=FERMILAB_2021.epsilon(m))), rel=0.02)


def test_a_line_that_is_nowhere_excluded_is_said_so(rows):
    assert rows["none"] == RelicReach("none", None, None, None)
