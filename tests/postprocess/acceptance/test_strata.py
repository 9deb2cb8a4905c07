"""What a signature sees of each decay: the branching of each enters once, whatever the sample holds of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from postprocess.acceptance.decays import channels_open, channels_seen, decays_seen, seen_share, strata
from postprocess.acceptance.sums import accept
from postprocess.acceptance.table import AcceptanceTable
from postprocess.experiment.schema import load_experiment
from postprocess.signal.yields import expected_yields
from semivis_gen.decay.channels import chi2_shares
from semivis_gen.errors import CardError, EventFileError, ParameterError
from semivis_gen.events import RunInfo, concatenate
from semivis_gen.generator import generate
from semivis_gen.io import open_writer, read_events
from semivis_gen.model.channels import HADRONS, OTHER_HADRONS
from semivis_gen.model.point import DarkMasses, DarkSector
from semivis_gen.model.widths import compute_widths
from semivis_gen.numerics.estimate import Estimate

MASSES = DarkMasses(6.0, 3.0, 0.4)  # Delta = 0.8 GeV: electrons, muons, pions
CTAU = [30.0, 300.0, 3000.0]
EFFICIENCY = {"e+ e-": 0.51, "mu+ mu-": 0.85, "pi+ pi-": 0.3}


def card(tmp_path: Path, sees: str, *, more: str = "", name: str = "mine"):
    """NA64 without its flat efficiencies, whose first signature sees what is given."""
    text = f"""
extends: na64-2018-flat-r
name: {name}
signatures:
  - name: S1
    sees: {sees}
    efficiencies: {{selection: {{value: 1.0, status: assumed, note: none}}, "R < 0.06": null}}
    {more}
"""
    (tmp_path / f"{name}.yaml").write_text(text)
    return load_experiment(tmp_path / f"{name}.yaml")


def seeing(tmp_path, *names, **changes):
    number = "{{value: {}, status: assumed, note: invented}}"
    items = [f"{{decay: {name}, efficiency: {number.format(EFFICIENCY[name])}}}" for name in names]
    return card(tmp_path, f"[{', '.join(items)}]", **changes)


def sample(experiment, n=6000, seed=4, channels=None, **options):
    source = experiment.source()
    return list(
        generate(MASSES, source, n_events=n, seed=seed, e_min_aprime=experiment.e_min(), channels=channels, **options)
    )


def table(events, experiment, **options):
    return accept(events, experiment, ctau_mm=CTAU, masses=MASSES, **options)


def sigmas(a, b):
    """Differences of two tables in standard deviations, where there is anything."""
    error = np.hypot(a.error, b.error)
    return np.divide(a.acceptance - b.acceptance, error, out=np.zeros_like(error), where=error > 0)


def test_the_names_of_a_card(tmp_path):
    na64 = load_experiment("na64-2018")
    assert [decays_seen(s) for s in na64.signatures] == [("e+ e-",), None]
    assert channels_seen(na64, "semivisible") == channels_seen(na64, "invisible") == ("e+ e-",)
    mine, every = card(tmp_path, "[mu+ mu-, e+ e-, hadrons]"), (*HADRONS, OTHER_HADRONS)
    assert decays_seen(mine.signatures[0]) == ("e+ e-", "mu+ mu-", *every)
    assert strata(mine.signatures[0]) == (("e+ e-",), ("mu+ mu-",), every)
    assert strata(mine.signatures[1]) == (None,)
    assert channels_open(mine, "semivisible", DarkMasses(0.3)) == ("e+ e-",)
    assert channels_open(mine, "semivisible", DarkMasses(1.2, 3.0, 0.7)) == ("e+ e-", "mu+ mu-", "pi+ pi-", "pi0 gamma")
    muons = card(tmp_path, "[mu+ mu-]", name="muons")
    assert channels_open(muons, "semivisible", DarkMasses(0.3)) == ("e+ e-",)  # which it does not see


@pytest.mark.parametrize(
    ("sees", "message"),
    [
        ("[ee]", r"signatures.0.sees.0.decay = 'ee': is no final state; take one of e\+ e-, mu\+ mu-, .*leptons"),
        ("[e+ e-, e+ e-]", r"signatures.0.sees.1.decay = 'e\+ e-': stands twice"),
        ("[]", r"signatures.0.sees = \[\]: must hold one item at least"),
        ("[{decay: e+ e-, efficiency: 0.7}]", r"sees.0.efficiency = 0.7: a number stands with where it comes from"),
        (
            "[{decay: e+ e-, efficiency: {value: 1.7, status: assumed, note: x}}]",
            r"efficiency.value = 1.7: must lie in",
        ),
        ("[e+ e-]\n    decay_to: infinity\n    visible: null", r"sees = .*whatever leaves to infinity counts"),
    ],
)
def test_bad_names_are_one_line(tmp_path, sees, message):
    with pytest.raises(CardError, match=message):
        card(tmp_path, sees)


def test_a_stable_particle_has_no_decays_to_see(tmp_path):
    with pytest.raises(
        CardError, match=r"modes.invisible.signatures.0 = .*S1.*: sees decay products, which the invisi"
    ):
        card(tmp_path, "[e+ e-]", more="visible: null\nmodes: {invisible: {signatures: [S1]}}")


def test_efficiencies_alone_in_closed_form(tmp_path):
    # decays anywhere in the region count, nothing is asked of the products: what differs is the efficiency
    names = ("e+ e-", "mu+ mu-")
    mine = seeing(tmp_path, *names, more="visible: null")
    shares = chi2_shares(MASSES)
    plain = card(tmp_path, "[e+ e-]", more="visible: null", name="plain")
    mixed, alone = table(sample(mine), mine), table(sample(plain), plain)
    expected = sum(shares[name] * EFFICIENCY[name] for name in names) / sum(shares[name] for name in names)
    difference = mixed.acceptance[:, 0] - expected * alone.acceptance[:, 0]
    assert (np.abs(difference) < 4 * np.hypot(mixed.error[:, 0], expected * alone.error[:, 0])).all()
    assert mixed.branching == (pytest.approx(shares["e+ e-"] + shares["mu+ mu-"]), 1.0)
    assert mixed.decays == ("e+ e-, mu+ mu-", "")
    step = mixed.cut_flow("S1").step("sees")
    before, after = mixed.cut_flow("S1").fraction[[step - 1, step]]
    assert 0.51 < (after / before).min() <= (after / before).max() < 0.85


@pytest.mark.parametrize("masses", [DarkMasses(0.3), DarkMasses(1.5, 3.0, 0.6), MASSES, DarkMasses(9.0, 3.0, 0.4)])
def test_each_branching_enters_the_yield_once(tmp_path, masses):
    """Acceptance 1 for all: the yield is rate x exposure x the branchings of `compute_widths`."""
    mine = card(tmp_path, "[e+ e-, mu+ mu-, pi+ pi-]")
    ones = np.ones((2, 2))
    made = AcceptanceTable(
        experiment=mine.name, mode="semivisible", masses=masses, signatures=("S1", "S2"), beyond=(True, True),
        ctau_mm=np.array([1e-12, 1e12]), acceptance=ones, error=0 * ones, events=1, e_min=mine.e_min(),
    )  # fmt: skip
    rate, epsilon, alpha_d = Estimate(1e-5, 0.0), 1e-4, 0.1
    found = expected_yields(made, mine, rate, alpha_d=alpha_d, epsilon=epsilon).expected
    widths = compute_widths(DarkSector(masses, alpha_d, epsilon))
    produced = mine.particles_on_target * epsilon**2 * rate.value * widths.branching_aprime["chi1 chi2"]
    seen = sum(widths.branching_chi2[f"chi1 {name}"] for name in ("e+ e-", "mu+ mu-", "pi+ pi-"))
    assert found == pytest.approx([produced * seen, produced], rel=1e-9)
    assert seen_share(mine.signatures[0], chi2_shares(masses)) == pytest.approx(seen)


def test_any_mixture_gives_the_same_table(tmp_path):
    """All decays in a file, those that are seen, the same in wrong proportions, and decays done here."""
    mine = seeing(tmp_path, *EFFICIENCY)
    everything = table(sample(mine, seed=4), mine)
    names = list(EFFICIENCY)
    seen = table(sample(mine, seed=5, channels=names), mine)
    wrong = table([c for seed, name in enumerate(names, 6) for c in sample(mine, 1000 * seed, seed, [name])], mine)
    here = table(sample(mine, seed=9, chain=False), mine)
    for other in (seen, wrong, here):
        assert np.abs(sigmas(everything, other)).max() < 4
        assert other.branching == everything.branching
        assert (other.error[:, 0] < 0.2 * other.acceptance[:, 0]).all()
    # it is no accident of acceptances that are alike
    one = {name: table(sample(mine, 4000, 3, [name]), mine, allow=["decays"]).acceptance[:, 0] for name in names}
    assert one["pi+ pi-"] == pytest.approx(one["e+ e-"], rel=10)
    assert not np.allclose(one["mu+ mu-"], one["pi+ pi-"], rtol=0.3)


def test_decays_that_a_file_lacks_are_refused_or_count_as_unseen(tmp_path):
    mine = seeing(tmp_path, "e+ e-", "mu+ mu-")
    electrons = sample(mine, channels=["e+ e-"])
    with pytest.raises(EventFileError, match=r"no weight in mu\+ mu- decays .* --allow decays counts these 4\d\.\d%"):
        table(electrons, mine)
    lacking = table(electrons, mine, allow=["decays"])
    alone = table(electrons, seeing(tmp_path, "e+ e-", name="alone"))
    shares = chi2_shares(MASSES)
    part = shares["e+ e-"] / (shares["e+ e-"] + shares["mu+ mu-"])
    assert lacking.acceptance[:, 0] == pytest.approx(part * alone.acceptance[:, 0])
    assert lacking.error[:, 0] == pytest.approx(part * alone.error[:, 0])
    assert lacking.acceptance[:, 1] == pytest.approx(alone.acceptance[:, 1])
    assert any("mu+ mu- among the events, 0.4" in remark for remark in lacking.remarks)
    # the branching makes both the same yield
    assert lacking.branching[0] * part == pytest.approx(alone.branching[0])


def test_hadrons_of_which_some_are_lacking(tmp_path):
    mine = card(tmp_path, "[hadrons]")
    pions = sample(mine, 500, channels=["pi+ pi- pi0"])
    with pytest.raises(EventFileError, match=r"no weight in pi\+ pi- or pi0 gamma decays .*98.6% of what it sees"):
        table(pions, mine)
    everything = table(sample(mine, 1500, channels=["hadrons"]), mine)
    assert not everything.remarks
    foreign = [replace(c, pdg=np.where(c.pdg == 111, 221, c.pdg)) for c in pions]  # with eta
    assert table(foreign, mine).decays[0].startswith("pi+ pi-, pi0 gamma, pi+ pi- pi0")


def test_shares_need_masses_where_several_decays_are_seen(tmp_path):
    mine = seeing(tmp_path, "e+ e-", "mu+ mu-")
    events = [replace(c, info=RunInfo()) for c in sample(mine, 500)]
    with pytest.raises(ParameterError, match="signatures see several decays, whose shares follow from the masses"):
        accept(events, mine, ctau_mm=CTAU)
    alone = seeing(tmp_path, "mu+ mu-", name="alone")
    assert (accept(events, alone, ctau_mm=CTAU).acceptance[:, 0] > 0).all()


def test_what_is_closed_is_not_seen(tmp_path):
    light = DarkMasses(0.3)
    mine = card(tmp_path, "[mu+ mu-]")
    events = generate(light, mine.source(), n_events=300, seed=1, e_min_aprime=mine.e_min())
    found = accept(events, mine, ctau_mm=CTAU, masses=light)
    assert not found.acceptance[:, 0].any()
    assert found.acceptance[:, 1].any()
    assert found.branching == (0.0, 1.0)


def test_the_table_keeps_what_it_refers_to(tmp_path):
    mine = seeing(tmp_path, "e+ e-", "mu+ mu-")
    made = table(sample(mine, 500), mine)
    made.to_csv(tmp_path / "table.csv")
    back = AcceptanceTable.from_csv(tmp_path / "table.csv")
    assert (back.decays, back.branching) == (made.decays, made.branching)


@pytest.mark.parametrize("suffix", ["lhe", "hepmc", "parquet"])
def test_files_of_generate_give_the_table_of_the_scan(tmp_path, suffix):
    from postprocess.scan import Backend, SampleRequest

    mine = seeing(tmp_path, *EFFICIENCY)
    path = tmp_path / f"events.{suffix}"
    events = sample(mine, 8000, seed=21)
    with open_writer(path, events[0].info) as writer:
        for chunk in events:
            writer.write(chunk)
    [point] = SampleRequest([MASSES], mine, events=8000, seed=22).run(backend=Backend(1))
    native = point.table
    found = accept(read_events(path), mine, ctau_mm=native.ctau_mm)
    for column in range(2):
        best = np.argmax(native.acceptance[:, column])
        assert abs(sigmas(found, native)[best, column]) < 4
        assert abs(sigmas(found, native)[-1, column]) < 4
    assert (found.decays, found.branching) == (native.decays, native.branching)
    yields = [expected_yields(t, mine, Estimate(1e-5, 0.0), alpha_d=0.1, epsilon=1e-4) for t in (found, native)]
    error = np.hypot(*(y.error for y in yields))
    assert np.all(np.abs(yields[0].expected - yields[1].expected) < 4 * error)


def test_two_halves_make_the_whole(tmp_path):
    mine = seeing(tmp_path, *EFFICIENCY)
    events = concatenate(sample(mine, 2000))
    whole = table([events], mine)
    pieces = table([events.select(np.arange(2000) % 3 == i) for i in range(3)], mine)
    assert pieces.acceptance[:, 1] == pytest.approx(whole.acceptance[:, 1], rel=1e-4)  # the beam's spread is drawn anew
    assert np.abs(sigmas(pieces, whole)).max() < 4
