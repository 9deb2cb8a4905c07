import pytest

from semivis_gen.constants import M_ELECTRON, M_KAON, M_KAON0, M_MUON, M_PION, M_PION0, M_TAU
from semivis_gen.errors import ParameterError
from semivis_gen.model.channels import CHANNELS, DECAYS, HADRONS, LEPTONS, OTHER_HADRONS, channel_names, channel_of

CHARGES = {11: -1, 13: -1, 15: -1, 22: 0, 111: 0, 211: 1, 321: 1, 310: 0, 130: 0}
MASS = {
    **{11: M_ELECTRON, 13: M_MUON, 15: M_TAU, 22: 0},
    **{111: M_PION0, 211: M_PION, 321: M_KAON, 310: M_KAON0, 130: M_KAON0},
}


@pytest.mark.parametrize("channel", CHANNELS.values(), ids=lambda c: c.name)
def test_every_final_state_is_neutral_and_has_a_mass_for_each_particle(channel):
    assert sum(CHARGES[abs(i)] * (1 if i > 0 else -1) for i in channel.pdg) == 0
    numbers = [int(word[0]) if word[0].isdigit() else 1 for word in channel.name.split()]
    assert len(channel.pdg) == len(channel.masses) == sum(numbers)


def test_thresholds():
    assert CHANNELS["tau+ tau-"].threshold == 2 * M_TAU
    assert CHANNELS["pi0 gamma"].threshold == M_PION0
    assert CHANNELS["pi+ pi- pi0"].threshold == pytest.approx(2 * M_PION + M_PION0)
    assert CHANNELS["K+ K-"].threshold == 2 * M_KAON
    assert CHANNELS["KS0 KL0"].threshold == 2 * M_KAON0


def test_names_and_groups_in_a_fixed_order():
    assert channel_names(["mu+ mu-", "e+ e-", "e+ e-"]) == ("e+ e-", "mu+ mu-")
    assert channel_names(["leptons"]) == LEPTONS
    assert channel_names(["hadrons", "e+ e-"]) == ("e+ e-", *HADRONS, OTHER_HADRONS)
    assert (*LEPTONS, *HADRONS) == tuple(CHANNELS)
    assert (*CHANNELS, OTHER_HADRONS) == DECAYS


@pytest.mark.parametrize(
    ("names", "message"), [(["e e"], "'e e' is no final state"), ([], "an empty list gives no final")]
)
def test_unknown_names_are_refused(names, message):
    with pytest.raises(ParameterError, match=message):
        channel_names(names)


def test_final_states_are_found_by_their_particles():
    for name, channel in CHANNELS.items():
        assert channel_of(channel.pdg) == channel_of(channel.pdg[::-1]) == name
        assert sum(MASS[abs(i)] for i in channel.pdg) == pytest.approx(channel.threshold)


@pytest.mark.parametrize(
    ("pdg", "name"),
    [
        ((221, 211, -211), OTHER_HADRONS),
        ((223,), OTHER_HADRONS),
        ((2212, -2212), OTHER_HADRONS),
        ((1, -1, 21), OTHER_HADRONS),
        ((211, -211, 22), OTHER_HADRONS),
        ((211, 211), None),
        ((11, -11, 22), None),
        ((11, -13), None),
        ((22, 22), None),
        ((12, -12), None),
        ((), None),
    ],
)
def test_other_final_states(pdg, name):
    assert channel_of(pdg) == name
