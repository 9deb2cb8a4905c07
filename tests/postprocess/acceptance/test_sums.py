import dataclasses

import numpy as np
import pytest
from support.cards import experiment
from support.chains import MASSES, TOPOLOGY, make_events

from postprocess.acceptance.sums import accept, ctau_grid
from postprocess.acceptance.table import AcceptanceTable
from postprocess.experiment.schema import load_experiment
from semivis_gen.constants import ID_APRIME, ID_CHI2, ID_MUON, M_ELECTRON
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.events import Events, RunInfo, Topology, slice_events
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses


def brute_force(events, experiment, ctau, rng):
    """Fly every chi2 with random lifetimes, smear energies at random, count with weights."""
    p = events.momentum.reshape(len(events), 7, 3)
    energy = events.energy.reshape(len(events), 7)
    mass = events.mass.reshape(len(events), 7)[:, 2]
    length = np.linalg.norm(p[:, 2], axis=1) / mass * ctau * rng.exponential(size=len(events))
    point = events.vertex[:, :3] + length[:, None] * p[:, 2] / np.linalg.norm(p[:, 2], axis=1, keepdims=True)
    inside = np.abs(point[:, :2]).max(axis=1) < 300
    z, (begin, end, front) = point[:, 2], (experiment.plane(e) for e in ("HCAL2.begin", "HCAL2.end", "HCAL3.begin"))
    module = ((z > begin) & (z < end)) | ((z > front) & (z < 6000))
    gap = (z > end) & (z < front)
    at_front = np.abs(point[:, None, :2] + (front - z)[:, None, None] * p[:, 5:, :2] / p[:, 5:, 2:]).max(axis=2) < 300
    pair = energy[:, 5:]
    seen = np.where(module & inside, pair.sum(axis=1), np.where(gap, (pair * at_front).sum(axis=1), 0.0))
    seen = seen + rng.normal(size=len(events)) * np.minimum(0.0778 * seen, 0.5)
    left = 100 - energy[:, 1]
    missing = 100 - (left + rng.normal(size=len(events)) * 0.04 * left)
    good = energy[:, 1] > experiment.e_min()
    s1 = good & (missing > 15) & (module | gap) & (seen > 15)
    s2 = good & (missing > 50) & (point[:, 2] > 6000)
    w = events.weight
    total = w[good].sum()
    share = np.array([w[s1].sum() / total * 0.6 * 0.52, w[s2].sum() / total * 0.6])
    count = np.array([s1.sum(), s2.sum()])
    return share, share * np.sqrt(1.1 / np.maximum(count, 1))  # <w^2>/<w>^2 < 1.1 for these weights


def test_forced_and_weighted_equals_brute_force_flight():
    na64 = experiment("na64-2018-flat-r")  # every cut by hand: a flat number stands for R
    forced = make_events(30_000, 1, wide=3.0)
    flown = make_events(400_000, 2, wide=3.0)
    ctau = np.array([2.0, 5.0, 20.0, 200.0, 5000.0])
    table = accept([forced], na64, ctau_mm=ctau)
    rng = np.random.default_rng(3)
    for k, value in enumerate(ctau):
        share, error = brute_force(flown, na64, value, rng)
        assert np.all(share > 0)
        assert np.all(np.abs(table.acceptance[k] - share) < 4 * np.hypot(error, table.error[k]))


def test_limits_of_short_and_long_lifetimes(na64):
    table = accept([make_events(5000, 1)], na64, ctau_mm=[1e-3, 1e7, 1e9])
    assert np.all(table.acceptance[0] == 0)
    s1, s2 = table.acceptance[1:].T
    assert s1[1] == pytest.approx(s1[0] / 100, rel=1e-3)  # region far shorter than the decay length
    # a stable chi2: S2 is what passes the missing-energy cut, as in the invisible mode
    invisible = accept([make_events(5000, 1)], na64, ctau_mm=[1.0], mode="invisible")
    flow = table.cut_flows[1]
    assert s2[1] == pytest.approx(0.6 * flow.fraction[1, 0], rel=1e-4)
    assert invisible.e_min > table.e_min  # another reference sample
    ratio = invisible.cut_flows[0].events[0] / flow.events[0]
    assert invisible.acceptance[0, 0] * ratio == pytest.approx(s2[1], rel=0.02)


def test_parts_of_the_region_add_up(na64, tmp_path):
    halves = []
    for name, change in (("first", "decay_to: HCAL2.end"), ("second", "decay_from: HCAL2.end")):
        path = tmp_path / f"{name}.yaml"
        path.write_text(f"extends: na64-2018\nname: {name}\nsignatures: [{{name: S1, {change}}}]\n")
        halves.append(accept([make_events(20_000, 1)], load_experiment(path), ctau_mm=[5.0, 50.0, 500.0]))
    whole = accept([make_events(20_000, 1)], na64, ctau_mm=[5.0, 50.0, 500.0])
    total = sum(half.acceptance[:, 0] for half in halves)
    error = np.sqrt(sum(half.error[:, 0] ** 2 for half in halves) + whole.error[:, 0] ** 2)
    assert np.all(np.abs(total - whole.acceptance[:, 0]) < 4 * error)
    assert np.all(error < 0.03 * total)


def test_chunks_and_order_of_the_source_do_not_matter(na64):
    events = make_events(2500, 1)
    index = np.arange(len(events))
    chunks = [events.select((index >= a) & (index < a + 1000)) for a in range(0, 2500, 1000)]
    whole = accept([events], na64, seed=5)
    assert accept(iter(chunks), na64, seed=5).acceptance == pytest.approx(whole.acceptance, rel=1e-12)
    assert not np.allclose(accept([events], na64, seed=6).acceptance[:, 0], whole.acceptance[:, 0], rtol=1e-6)


def test_signatures_draw_independently(na64):
    """A signature asked for twice: the same share, from decay points of its own."""
    first = na64.signatures[0]
    mode = na64.modes["semivisible"].model_copy(update={"signatures": ("S1", "T1")})
    twins = na64.model_copy(
        update={"signatures": (first, first.model_copy(update={"name": "T1"})), "modes": {"semivisible": mode}}
    )
    differences = []
    for seed in range(25):
        table = accept([make_events(400, seed)], twins, ctau_mm=[20.0], seed=seed)
        differences.append((table.acceptance[0, 0] - table.acceptance[0, 1]) / table.error[0].mean())
    assert np.abs(differences).min() > 0
    assert abs(np.mean(differences)) < 4 * np.std(differences) / 5
    assert 0.3 < np.std(differences) < 1.8  # at most sqrt(2), of two samples without events in common


def test_weights_count_relative_to_the_sample_and_errors_shrink_with_it(na64):
    events = make_events(20_000, 1)
    scaled = dataclasses.replace(events, weight=events.weight * 1e-12)
    table, other = (accept([e], na64, ctau_mm=[3.0, 30.0]) for e in (events, scaled))
    assert other.acceptance == pytest.approx(table.acceptance)
    assert other.error == pytest.approx(table.error)
    tables = [accept([make_events(2000, seed)], na64, ctau_mm=[3.0, 30.0], seed=seed) for seed in range(60)]
    values = np.array([t.acceptance for t in tables])
    quoted = np.mean([t.error for t in tables], axis=0)
    assert values.std(axis=0, ddof=1) == pytest.approx(quoted, rel=0.4)  # 60 samples: 9 % per standard deviation
    assert table.error == pytest.approx(quoted / np.sqrt(10), rel=0.15)


def test_undecayed_chi2_and_aprime_are_decayed_here(na64):
    decayed = make_events(20_000, 1)
    k = 7
    keep = {"chi2": [0, 1, 2, 3], "aprime": [0, 1]}
    tables = [accept([decayed], na64, ctau_mm=[5.0, 50.0])]
    for name, columns in keep.items():
        status = [*TOPOLOGY.status]
        status[2 if name == "chi2" else 1] = 1
        topology = Topology(*(tuple(x[c] for c in columns) for x in (TOPOLOGY.pdg, status, TOPOLOGY.mothers)))
        events = Events.from_topology(
            topology,
            decayed.momentum.reshape(-1, k, 3)[:, columns],
            decayed.mass.reshape(-1, k)[:, columns],
            weight=decayed.weight,
            vertex=decayed.vertex,
            info=decayed.info,
        )
        tables.append(accept([events], na64, ctau_mm=[5.0, 50.0]))
        with pytest.raises(EventFileError, match="is not decayed in these events and they do not say the masses"):
            accept([events.with_info(masses=None)], na64, ctau_mm=[5.0])
    for table in tables[1:]:  # S2 needs no decay products, so the sample's flat pair mass does not matter
        spread = np.hypot(table.error[:, 1], tables[0].error[:, 1])
        assert np.all(np.abs(table.acceptance[:, 1] - tables[0].acceptance[:, 1]) < 4 * spread)
        assert np.all(table.acceptance[:, 0] > 0)


def test_a_stable_chi2_leaves_missing_energy_only(na64):
    light = DarkMasses(0.004)  # Delta = 0.53 MeV < 2 m_e
    events = make_events(2000, 1)
    columns = [0, 1, 2, 3]
    topology = Topology(pdg=TOPOLOGY.pdg[:4], status=(-1, 2, 1, 1), mothers=TOPOLOGY.mothers[:4])
    momentum = events.momentum.reshape(-1, 7, 3)[:, columns]
    mass = np.array([M_ELECTRON, light.m_aprime, light.m_chi2, light.m_chi1])
    table = accept([Events.from_topology(topology, momentum, mass, info=RunInfo(masses=light))], na64)
    value, _ = table.at(np.inf)
    assert value[0] == 0
    assert value[1] == pytest.approx(0.6 * table.cut_flows[1].fraction[1, 0], rel=1e-6)


def test_muon_pairs_do_not_enter_the_table_of_electron_pairs(na64):
    electrons = make_events(4000, 1)
    muons = dataclasses.replace(electrons, pdg=np.where(electrons.pdg == -11, -ID_MUON, electrons.pdg))
    pdg = muons.pdg.reshape(-1, 7).copy()
    pdg[:, 5] = ID_MUON
    muons = dataclasses.replace(muons, pdg=pdg.reshape(-1))
    both = accept([electrons, muons], na64, ctau_mm=[5.0, 50.0])
    alone = accept([electrons], na64, ctau_mm=[5.0, 50.0])
    assert both.acceptance == pytest.approx(alone.acceptance)
    with pytest.raises(EventFileError, match=r"no weight in e\+ e- decays"):
        accept([muons], na64, ctau_mm=[5.0])


def test_cut_flow_ends_at_the_acceptance(na64):
    table = accept([make_events(3000, 1)], na64, ctau_mm=[5.0, 50.0])
    for column, flow in enumerate(table.cut_flows):
        assert flow.fraction[0] == pytest.approx(1.0)
        assert flow.error[0] == pytest.approx(0.0, abs=1e-9)
        assert flow.fraction[-1] == pytest.approx(table.acceptance[:, column])
        assert np.all(np.diff(flow.fraction, axis=0) <= 1e-12)
        assert np.all(np.diff(flow.events) <= 1e-9)
        assert flow.events[0] == table.events
    assert table.cut_flows[0].steps == (
        "A' above production threshold",
        "missing energy > 15 GeV",
        "decay between HCAL2.begin and HCAL3.end",
        "visible energy > 15 GeV",
        "R < 0.06",
        "selection",
    )


@pytest.mark.parametrize("mode", ["semivisible", "invisible"])
def test_the_grid_reaches_from_no_to_certain_survival(na64, mode):
    """Decay lengths of the fastest particle against the planes where regions begin."""
    length = ctau_grid(na64, MASSES, mode=mode) * na64.beam_energy / MASSES.m_chi2
    begins = [na64.region(s)[0] for s in na64.signatures_of(mode)]
    assert min(begins) / length[0] == pytest.approx(100.0, rel=1e-9)  # exp(-100)
    assert length[-1] / max(begins) == pytest.approx(1e5, rel=1e-9)
    assert (np.diff(np.log(length)) < 0.3).all()


@pytest.fixture(scope="module")
def tables(na64):
    events = make_events(4000, 1)
    grid = ctau_grid(na64, MASSES)
    between = np.sqrt(grid[1:] * grid[:-1])
    outside = np.array([grid[0] / 3, grid[0] / 1.5, grid[-1] * 3, grid[-1] * 1e3])
    exact = accept([events], na64, ctau_mm=np.concatenate([between, outside]))
    return accept([events], na64), exact


def test_interpolation_in_ctau_is_exact_to_a_permille(tables):
    table, exact = tables
    value, error = table.at(exact.ctau_mm)
    relevant = exact.acceptance > 1e-12
    assert value[relevant] == pytest.approx(exact.acceptance[relevant], rel=1e-3)
    assert error[relevant] == pytest.approx(exact.error[relevant], rel=0.1)
    assert np.all(value[~relevant] < 1e-11)


def test_tails_are_safe(tables):
    table, _ = tables
    value, error = table.at([0.0, 1e-300, np.inf, 1e300])
    assert np.all(np.isfinite(value))
    assert np.all(np.isfinite(error))
    assert np.all(value[:2] == 0)
    assert np.all(value[2:, 0] < 1e-200)
    assert value[2:, 1] == pytest.approx(value[2, 1])
    assert table.at(np.ones((2, 3)))[0].shape == (2, 3, 2)
    assert table.at(5.0)[0].shape == (2,)


def test_a_single_ctau_is_not_interpolated(na64):
    table = accept([make_events(500, 1)], na64, ctau_mm=[5.0])
    assert table.at(5.0)[0] == pytest.approx(table.acceptance[0])
    with pytest.raises(ParameterError, match=r"one c tau \(5 mm\)"):
        table.at([5.0, 6.0])
    invisible = accept([make_events(500, 1)], na64, ctau_mm=[5.0], mode="invisible")
    assert invisible.at([0.1, np.inf])[0][:, 0] == pytest.approx(np.full(2, invisible.acceptance[0, 0]))


def test_csv_holds_the_whole_table(tables, tmp_path):
    table, _ = tables
    table.to_csv(tmp_path / "table.csv")
    text = (tmp_path / "table.csv").read_text()
    assert "\nctau_mm,acceptance_S1,error_S1,upper_S1,acceptance_S2,error_S2,upper_S2\n" in text
    assert text.startswith("# semivis acceptance table\n# experiment: na64-2018\n")
    back = AcceptanceTable.from_csv(tmp_path / "table.csv")
    for field in dataclasses.fields(AcceptanceTable):
        if field.name not in ("cut_flows", "_curves"):
            assert np.all(getattr(back, field.name) == getattr(table, field.name)), field.name


@pytest.mark.parametrize(
    ("damage", "hint"),
    [
        (lambda t: "", "line 1: not an acceptance table"),
        (lambda t: "<LesHouchesEvents>\n" + t, "line 1: not an acceptance table"),
        (lambda t: t[:-5], "truncated"),
        (lambda t: t[: t.rindex("\n", 0, -1) + 1], "truncated"),
        (lambda t: t.replace("# e_min_GeV", "# e_max_GeV"), "damaged"),
        (lambda t: t + "1,2,x\n", "expected 7 cells, found 3: '1,2,x'"),
        (lambda t: t.replace(",5", ",x5", 1), "expected 7 numbers, found"),
    ],
)
def test_damaged_csv_names_file_and_line(tables, tmp_path, damage, hint):
    path = tmp_path / "table.csv"
    tables[0].to_csv(path)
    path.write_text(damage(path.read_text()))
    with pytest.raises(EventFileError) as caught:
        AcceptanceTable.from_csv(path)
    assert str(path) in str(caught.value)
    assert hint in str(caught.value)


def test_the_visible_mode_flies_aprime(na64):
    e137 = experiment("e137")
    masses = DarkMasses(0.02)
    topology = Topology(pdg=(11, ID_APRIME), status=(-1, 1), mothers=((-1, -1), (0, 0)))
    rng = np.random.default_rng(1)
    momentum = np.zeros((4000, 2, 3))
    momentum[:, 1, 2] = rng.uniform(5, 20, 4000)
    events = Events.from_topology(topology, momentum, np.array([M_ELECTRON, 0.02]), info=RunInfo(masses=masses))
    ctau = np.array([1e2, 1e3, 1e5])
    table = accept([events], e137, ctau_mm=ctau, mode="visible")
    # along the axis both leptons hit the calorimeter: closed form, averaged over the energies
    rate = 0.02 / np.outer(momentum[:, 1, 2], ctau)
    exact = (np.exp(-179e3 * rate) - np.exp(-383e3 * rate)).mean(axis=0)
    assert np.all(np.abs(table.acceptance[:, 0] - exact) < 4 * table.error[:, 0] + 0.01 * exact)


def test_bad_input_is_one_clear_line(na64):
    events = make_events(100, 1)
    with pytest.raises(EventFileError, match="no events: the source is empty"):
        accept([], na64)
    soft = dataclasses.replace(events, momentum=events.momentum / 1000)
    with pytest.raises(EventFileError, match=r"no events with an A' above 13.5 GeV, the least that na64-2018 can see"):
        accept([soft], na64, masses=MASSES, allow=["energy"])
    with pytest.raises(EventFileError, match=r"decays to 1000023, 52 \(chi1\), not to chi1 chi2; map foreign"):
        accept([dataclasses.replace(events, pdg=np.where(events.pdg == ID_CHI2, 1000023, events.pdg))], na64)
    with pytest.raises(EventFileError, match=r"chi2 weighs 0.14 GeV in the events but 0.186"):
        accept([events], na64, masses=DarkMasses(0.4))
    with pytest.raises(EventFileError, match=r"58 \(chi2\) decays to 52 \(chi1\), 22 \(gamma\), -11 \(e\+\), neither"):
        accept([dataclasses.replace(events, pdg=np.where(events.pdg == 11, 22, events.pdg))], na64)
    harder = events.with_info(extra={"e_min_aprime_GeV": "50.0"})
    with pytest.raises(EventFileError, match=r"A' above 50 GeV only but na64-2018 sees them above 13.5 GeV"):
        accept([harder], na64)
    with pytest.raises(ParameterError, match="the events do not say the masses"):
        accept([events.with_info(masses=None)], na64)
    for bad in ([], [0.0], [-1.0], [np.inf], [np.nan]):
        with pytest.raises(ParameterError, match="must be positive and finite"):
            accept([events], na64, ctau_mm=bad)


def test_weights_that_cannot_be_shares_are_told(na64):
    events = make_events(100, 1)
    for weight in (np.zeros(100), -np.ones(100)):
        with pytest.raises(EventFileError, match=r"weights of the \d+ A' above 13.5 GeV sum up to .* --weight"):
            accept([dataclasses.replace(events, weight=weight)], na64)
    named = events.with_info(weight="scale up")
    assert accept([named], na64, ctau_mm=[10.0]).remarks == ("weight: that called 'scale up' in the file",)


def test_the_table_tells_the_share_above_its_threshold(na64, tmp_path):
    events = make_events(2000, 1)
    table = accept([events], na64, ctau_mm=[10.0, 100.0], allow=["energy"])
    energy = events.energy[events.pdg == 55]
    assert (table.produced, table.events) == (2000, np.count_nonzero(energy > table.e_min))
    assert table.share_above == pytest.approx(events.weight[energy > table.e_min].sum() / events.weight.sum())
    table.to_csv(tmp_path / "a.csv")
    back = AcceptanceTable.from_csv(tmp_path / "a.csv")
    assert (back.produced, back.share_above, back.remarks) == (table.produced, table.share_above, table.remarks)


def test_a_signature_that_sees_nothing_is_named():
    na64 = experiment("na64-2018-flat-r")
    # pairs of a few MeV are never seen
    events = make_events(2000, 1)
    soft = events.momentum.reshape(-1, 7, 3).copy()
    soft[:, 5:] *= 1e-4
    table = accept([dataclasses.replace(events, momentum=soft.reshape(-1, 3))], na64, ctau_mm=[5.0, 50.0, 500.0])
    decayed = table.cut_flows[0].fraction[table.cut_flows[0].step("decay")]
    assert np.all(table.acceptance[:, 0] < 1e-20)
    assert np.all(table.upper[:, 0] > 2.302 * decayed * 0.6 * 0.52 / table.events)
    assert np.all(table.upper[:, 0] < 0.01 * decayed)
    nothing = dataclasses.replace(table, acceptance=np.zeros((3, 2)), error=np.zeros((3, 2)))
    assert next(nothing.imprecise()).startswith(f"signature S1 accepts none of {table.events} events at any c tau: at ")


def test_errors_too_large_to_trust_are_named(na64):
    few, many = (accept([make_events(n, 1)], na64, ctau_mm=[1.0, 5.0, 50.0, 500.0]) for n in (300, 20_000))
    assert list(many.imprecise()) == []
    large = few.ctau_mm[few.error[:, 0] > 0.1 * few.acceptance[:, 0]]
    (message, *_) = few.imprecise()
    assert message.startswith("signature S1: the statistical error is above 10% at c tau = ")
    assert f"= {large[0]:.3g} to {large[-1]:.3g} mm; take more events, in the files or with --events, or" in message


def shares(events, card, masses, size, **settings):
    """Acceptance, error and upper bound of parts of a sample."""
    tables = [
        accept([slice_events(events, i, i + size)], card, masses=masses, seed=i, **settings)
        for i in range(0, len(events), size)
    ]
    return [np.stack([getattr(table, name) for table in tables]) for name in ("acceptance", "error", "upper")]


@pytest.mark.parametrize(
    ("name", "mode", "m_aprime", "ctau", "parts"),
    [
        ("na64-2018", "semivisible", 0.3, [0.9, 2.5, 10.0, 1e4], 80),
        ("e137", "semivisible", 1.0, [3e3, 1e4, 1e8], 50),
        ("e137", "semivisible", 0.15, [2e2, 1e3, 1e8], 50),
        ("e137", "visible", 0.2, [1e3, 4e3, 1e8], 50),
    ],
)
def test_quoted_errors_are_those_of_repeated_samples(name, mode, m_aprime, ctau, parts):
    card, masses, size = experiment(name), DarkMasses(m_aprime), 500
    (events,) = generate(
        masses, card.source(mode), n_events=parts * size, seed=5, processes=card.processes, stratified=True,
        e_min_aprime=card.e_min(mode), chain=False, chunk=parts * size,
    )  # fmt: skip
    value, error, upper = shares(events, card, masses, size, mode=mode, ctau_mm=ctau)
    ratio = value.std(axis=0, ddof=1) / np.sqrt((error**2).mean(axis=0))
    # the error of a standard deviation is 1 / sqrt(2 n) for Gaussian shares
    assert np.all(np.abs(ratio - 1) < 4 / np.sqrt(2 * parts))
    covered = (upper >= value.mean(axis=0)).mean(axis=0)
    assert np.all(covered > 0.9 - 4 * np.sqrt(0.09 / parts))


def test_bounds_hold_where_only_the_fastest_events_count(na64):
    # a few events in the far tail of lifetimes: what ten or hundred events do not hold is still below the bound
    ctau, masses = [0.05, 0.1, 0.3, 1.0], DarkMasses(0.3)
    truth = accept([make_events(200_000, 9)], na64, ctau_mm=ctau)
    for size in (10, 100):
        _, _, upper = shares(make_events(50 * size, 3), na64, masses, size, ctau_mm=ctau)
        assert np.all((upper >= truth.acceptance).mean(axis=0) > 0.9 - 4 * np.sqrt(0.09 / 50))
