"""Muons: nothing below their threshold, shares and widths above it."""

from dataclasses import replace

import numpy as np
import pytest

from postprocess.experiment.schema import load_experiment
from postprocess.scan.exclusion import exclude_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.samples import SampleRequest
from postprocess.signal.chi2_width import exact_width, muons_counted, without_muons
from postprocess.studies.muons import largest_muon_share, muon_rows, muons
from postprocess.tables import flat_rows
from semivis_gen.constants import M_ELECTRON, M_MUON, M_PION0
from semivis_gen.model.point import MassShape
from semivis_gen.model.widths import gamma_chi2_lepton, gamma_chi2_total

WIDTHS = (exact_width, muons_counted, without_muons)


def test_muons_are_closed_below_two_muon_masses(points, search):
    contour = exclude_epsilon(points, search, alpha_d=0.1)
    assert contour.excluded.all()
    assert largest_muon_share(points, contour) == 0.0


def test_the_share_of_muons_is_that_of_the_heaviest_excluded_mass(points, search):
    """Only the masses of a point count: Delta = 0.79 m_A' lies above two muon masses for all."""
    contour = exclude_epsilon(points[:3], search, alpha_d=0.1)
    heavy = MassShape(10.0, 7.9)
    opened = [replace(p, masses=heavy.at(p.masses.m_aprime)) for p in points]
    electrons, share = (float(gamma_chi2_lepton(opened[2].masses, 0.1, 1e-3, m)) for m in (M_ELECTRON, M_MUON))
    assert share / electrons > 0.01
    total = float(gamma_chi2_total(opened[2].masses, 0.1, 1e-3))
    assert total == pytest.approx(electrons + share, rel=1e-4)  # pions add a little
    assert largest_muon_share(opened, contour) == pytest.approx(share / total, rel=1e-9)
    assert largest_muon_share(opened[3:], contour) == 0.0  # none of them is excluded


def test_muons_do_nothing_below_their_threshold_and_shorten_the_reach_above(search):
    shape, couplings = MassShape(4.0, 1.9), np.array([1e-5])
    closed, opened = shape.at(0.28), shape.at(0.7)
    assert closed.delta < M_PION0
    assert opened.delta > 2 * M_MUON
    found = {w: [w(m, couplings, np.array([5e-3])) for m in (closed, opened)] for w in WIDTHS}
    widths = {w: [(float(width[0]), shares["e+ e-"]) for width, shares in pairs] for w, pairs in found.items()}
    assert all(pairs[0] == widths[exact_width][0] for pairs in widths.values())
    (width, share), (all_width, all_share), (no_width, no_share) = (widths[w][1] for w in WIDTHS)
    assert width == all_width > no_width
    assert share == pytest.approx(no_width / width)
    assert share < all_share < no_share == 1
    assert all_share == pytest.approx(1, abs=1e-3)  # a few pions
    request = SampleRequest([shape.at(m) for m in (0.6, 0.68, 0.76)], search, events=1500)
    (row,) = muon_rows(request.run(backend=Backend(1)), search, alpha_d=[1e-5])
    assert row.open_from_GeV == pytest.approx(2 * M_MUON * 4.0 / 1.9)
    assert row.not_counted.value < row.counted.value < row.ignored.value
    assert 0.1 < row.share < 0.3


def test_rows_are_flat_and_the_title_names_what_sees_pairs(points, search):
    flat = flat_rows(muon_rows(points[1:3], search))
    assert all(list(row)[:3] == ["ratio", "splitting", "alpha_d"] for row in flat)
    assert {type(value) for row in flat for value in row.values()} <= {float, type(None)}
    assert muons.heading(search).endswith("not counted in S1, counted, ignored")
    assert "not counted in any" not in muons.heading(load_experiment("e137"))
