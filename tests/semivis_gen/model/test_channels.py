import pytest

from semivis_gen.constants import M_KAON, M_PION, M_PION0, M_TAU
from semivis_gen.errors import ParameterError
from semivis_gen.model.channels import CHANNELS, HADRONS, LEPTONS, OTHER_HADRONS, channel_names

CHARGES = {11: -1, 13: -1, 15: -1, 22: 0, 111: 0, 211: 1, 321: 1, 310: 0, 130: 0}


@pytest.mark.parametrize("channel", CHANNELS.values(), ids=lambda c: c.name)
def test_every_final_state_is_neutral_and_has_a_mass_for_each_particle(channel):
    assert sum(CHARGES[abs(i)] * (1 if i > 0 else -1) for i in channel.pdg) == 0
    assert len(channel.pdg) == len(channel.masses) == len(channel.name.split())


def test_thresholds():
    assert CHANNELS["tau+ tau-"].threshold == 2 * M_TAU
    assert CHANNELS["pi0 gamma"].threshold == M_PION0
    assert CHANNELS["pi+ pi- pi0"].threshold == pytest.approx(2 * M_PION + M_PION0)
    assert CHANNELS["K+ K-"].threshold == 2 * M_KAON


def test_names_and_groups_in_a_fixed_order():
    assert channel_names(["mu+ mu-", "e+ e-", "e+ e-"]) == ("e+ e-", "mu+ mu-")
    assert channel_names(["leptons"]) == LEPTONS
    assert channel_names(["hadrons", "e+ e-"]) == ("e+ e-", *HADRONS)
    assert {*LEPTONS, *HADRONS} == {*CHANNELS, OTHER_HADRONS}


@pytest.mark.parametrize(
    ("names", "message"), [(["e e"], "'e e' is no final state"), ([], "an empty list gives no final")]
)
def test_unknown_names_are_refused(names, message):
    with pytest.raises(ParameterError, match=message):
        channel_names(names)
