"""What the tests of this folder share."""

import pytest
from support.records import Kit


@pytest.fixture(scope="session")
def kit():
    return Kit
