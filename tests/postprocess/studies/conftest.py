"""What the tests of studies share: a small scan of the mass around the reach."""

import numpy as np
import pytest

from postprocess.scan.jobs import Backend
from postprocess.scan.samples import SampleRequest
from semivis_gen.model.point import MassShape


@pytest.fixture(scope="session")
def search(na64):
    return na64


@pytest.fixture(scope="session")
def points(search):
    masses = [MassShape().at(m) for m in np.linspace(0.32, 0.42, 5)]
    return SampleRequest(masses, search, events=1500).run(backend=Backend(1))
