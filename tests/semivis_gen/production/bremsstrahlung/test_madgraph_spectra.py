"""Spectra of the native sampler against unweighted events of MadGraph, chi^2 per bin."""

import csv
from itertools import groupby

import numpy as np
import pytest
from support.places import REFERENCE

from semivis_gen.constants import M_ELECTRON
from semivis_gen.production.bremsstrahlung.sampling import ProductionSampler
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

SPECTRA = REFERENCE / "madgraph_spectra.csv"
NATIVE_EVENTS, MADGRAPH_EVENTS = 200_000, 20_000
SOFT_GEV = 0.01


def load():
    with SPECTRA.open() as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    key = lambda row: (row["material"], float(row["energy_GeV"]), float(row["m_aprime_GeV"]))  # noqa: E731
    return {
        run: {name: list(bins) for name, bins in groupby(group, key=lambda row: row["observable"])}
        for run, group in groupby(rows, key=key)
    }


RUNS = load()


def observables(production, m, energy, nucleus_mass):
    def polar(momentum):
        return np.arctan2(np.hypot(momentum[:, 0], momentum[:, 1]), momentum[:, 2])

    def total(momentum, mass):
        return np.sqrt((momentum**2).sum(axis=1) + mass**2)

    recoil2 = (production.recoil**2).sum(axis=1)
    return {
        "one_minus_x": 1 - total(production.aprime, m) / energy,
        "theta_aprime_rad": polar(production.aprime),
        "energy_electron_GeV": total(production.lepton, M_ELECTRON),
        "theta_electron_rad": polar(production.lepton),
        "momentum_transfer_GeV2": 2 * nucleus_mass * recoil2 / (total(production.recoil, nucleus_mass) + nucleus_mass),
    }


def chi_square(bins, values, weight):
    edges = np.array([float(row["low"]) for row in bins] + [np.inf])
    made = np.array([int(row["events"]) for row in bins])
    native, variance = (np.histogram(values, edges, weights=w)[0] for w in (weight, weight**2))
    scale = made.sum() / native.sum()
    return float(((made - scale * native) ** 2 / (scale * native + scale**2 * variance)).sum()), len(made) - 1


def compare(run, m):
    """chi^2 and degrees of freedom of every observable, and native share of soft electrons, for a native mass m."""
    name, energy, _ = run
    target = ThinTarget(energy, material(name))
    production = ProductionSampler(m, target).sample(NATIVE_EVENTS, np.random.default_rng(7))
    found = observables(production, m, energy, target.material.elements[0][0].mass)
    hard = found["energy_electron_GeV"] > SOFT_GEV
    weight = production.weight
    spectra = {
        observable: chi_square(bins, found[observable][hard], weight[hard])
        for observable, bins in RUNS[run].items()
        if observable != "soft_electron"
    }
    return spectra, weight[~hard].sum() / weight.sum()


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run[0]}-{run[1]:g}-{run[2]:g}")
def test_spectra(run):
    spectra, soft = compare(run, run[2])
    for observable, (chi2, degrees) in spectra.items():
        assert (chi2 - degrees) / np.sqrt(2 * degrees) < 4, (observable, chi2, degrees)
    # MadEvent's unweighting cuts the largest weights, by up to 1 % of the cross-section: they sit at soft electrons
    made = int(RUNS[run]["soft_electron"][0]["events"]) / MADGRAPH_EVENTS
    spread = 4 * np.sqrt(soft / MADGRAPH_EVENTS)
    assert soft - 0.01 - spread < made < soft + spread


def test_a_wrong_mass_is_seen():
    spectra, _ = compare(("Pb", 100.0, 0.3), 0.28)
    chi2, degrees = spectra["momentum_transfer_GeV2"]
    assert (chi2 - degrees) / np.sqrt(2 * degrees) > 6
