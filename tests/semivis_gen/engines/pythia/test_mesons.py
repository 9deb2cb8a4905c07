"""Mesons by Pythia: the same for the same seed, the numbers of the table, the spectra of the fit."""

import numpy as np
import pytest

pytest.importorskip("pythia8mc")

from semivis_gen.engines.pythia.mesons import mesons_from_pythia
from semivis_gen.errors import ParameterError
from semivis_gen.model.particles import MESONS
from semivis_gen.production.mesons.multiplicity import mesons_per_proton
from semivis_gen.production.mesons.process import MesonDecay, MesonListDecay
from semivis_gen.production.mesons.species import meson
from semivis_gen.production.mesons.spectrum import FittedMesons
from semivis_gen.target.materials import material
from semivis_gen.target.proton_dump import ProtonDump

EVENTS = 3000


@pytest.fixture(scope="module", params=[(400.0, "Cu"), (70.0, "Fe")], ids=["400 GeV", "70 GeV"])
def dump_and_mesons(request):
    energy, name = request.param
    return ProtonDump(energy, material(name)), mesons_from_pythia(energy, EVENTS, 11)


def test_the_same_seed_gives_the_same_list():
    first, second, other = (mesons_from_pythia(70.0, 30, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.momentum, second.momentum)
    assert not np.array_equal(first.momentum[:5], other.momentum[:5])
    assert first.symmetric


def test_numbers_are_those_of_the_table(dump_and_mesons):
    dump, mesons = dump_and_mesons
    for kind in map(meson, MESONS):
        table = mesons_per_proton(kind, dump.beam_energy)
        number = mesons.per_proton(kind.pdg)
        # pi0 come in bunches: 1.6 of the Poisson error
        error = 1.6 * np.sqrt(number / EVENTS)
        assert abs(number - table.value) < 4 * np.hypot(error, table.error), kind.name


@pytest.mark.parametrize(("name", "band"), [("pi0", 0.25), ("eta", 0.2), ("eta'", 0.3)])
def test_the_fit_has_spectra_like_pythias(dump_and_mesons, name, band):
    """Two models of hadrons: the bands are what is seen, far outside of the errors."""
    dump, mesons = dump_and_mesons
    kind = meson(name)
    mine = mesons.pdg == kind.pdg
    energy = mesons.energy[mine]
    fit = FittedMesons.of(dump.beam_energy, dump.mass_number, {kind: 1.0})
    mean = fit.total(lambda pdg, p: np.sqrt((p**2).sum(axis=1) + kind.mass**2)).value
    pt = fit.total(lambda pdg, p: np.hypot(p[:, 0], p[:, 1])).value
    noise = 4 / np.sqrt(mine.sum())
    assert mean == pytest.approx(energy.mean(), rel=band + noise * energy.std() / energy.mean())
    assert pt == pytest.approx(np.hypot(mesons.momentum[mine, 0], mesons.momentum[mine, 1]).mean(), rel=0.2 + noise)
    for part in (0.02, 0.05, 0.1):
        cut = part * dump.beam_energy

        def above(pdg, p, cut=cut):
            return (np.sqrt((p**2).sum(axis=1) + kind.mass**2) > cut).astype(float)

        share = (energy > cut).mean()
        assert fit.total(above).value == pytest.approx(share, rel=band + 4 * np.sqrt((1 - share) / share / mine.sum()))


def test_rates_of_the_fit_and_of_pythia(dump_and_mesons):
    """A' above 2 % of the beam energy: within 30 %."""
    dump, mesons = dump_and_mesons
    e_min = 0.02 * dump.beam_energy
    for m in (0.02, 0.1, 0.3):
        pythia = MesonListDecay(mesons).rate(m, dump, e_min=e_min)
        every = MesonDecay(mesons=("pi0", "eta", "eta'", "omega")).rate(m, dump, e_min=e_min)
        assert every.value == pytest.approx(pythia.value, rel=0.3 + 4 * pythia.relative_error)


@pytest.mark.parametrize(("energy", "events"), [(40.0, 10), (400.0, 0), (float("nan"), 10)])
def test_what_pythia_cannot_do(energy, events):
    with pytest.raises(ParameterError, match=r"take at least one event, sqrt\(s\) >= 10 GeV"):
        mesons_from_pythia(energy, events, 1)
