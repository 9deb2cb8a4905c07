"""Other experiments beside the search in figures 4 and 5, recast here: their samples and contours."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from postprocess.experiment import load_experiment
from postprocess.limits import Contour
from postprocess.paper.cards import COMPANIONS
from postprocess.scan import Done, PlaneName, SampleRequest, ScanSettings, Work, contour_of
from semivis_gen.constants import M_ELECTRON

__all__ = ["PLANES", "SOURCE", "companion_contours", "companion_work"]

OWNER = "companions"
SOURCE = "others: recast (this work)"
PLANES = (PlaneName.M_EPS, PlaneName.M_ALPHA_D)
"""Those that need one point a mass; `semivis limit --plane m1-f --with` makes the other one."""
MASSES = 19  # an e137 mass takes half a second, however few its events
NEAR_THRESHOLD = (0.98, 1.02, 1.1)  # of the mass above which chi2 decays to e+ e-: a dump sees it from there on
EVENTS = 10_000


def companion_work(settings: ScanSettings) -> Work:
    """Samples of all companions.

    Parameters
    ----------
    settings : ScanSettings
        Parameters of the main scan.

    Returns
    -------
    Work
        One request a card; for `companion_contours`.
    """
    threshold = settings.shape.decay_threshold(M_ELECTRON)
    masses = {*np.geomspace(settings.m_min, settings.m_max, MASSES), *(threshold * x for x in NEAR_THRESHOLD)}
    points = [settings.shape.at(float(m)) for m in sorted(masses) if settings.m_min <= m <= settings.m_max]
    events = min(EVENTS, settings.events)
    samples = {
        name: SampleRequest(points, load_experiment(name), events=events, seed=settings.seed) for name in COMPANIONS
    }
    return Work(samples).owned_by(OWNER)


def companion_contours(done: Done, settings: ScanSettings) -> dict[PlaneName, Mapping[str, Contour]]:
    """Exclusions of all companions.

    Parameters
    ----------
    done : Done
        What `companion_work` asked for, among others.
    settings : ScanSettings
        Parameters of the main scan.

    Returns
    -------
    dict
        Contours by plane and card; none where the work was not asked for.
    """
    samples = done.part(OWNER).samples
    return {
        plane: {
            name: contour_of(plane, points, load_experiment(name), settings)
            for name, points in samples.items()
            if points
        }
        for plane in PLANES
    }
