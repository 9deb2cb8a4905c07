import pytest

from postprocess.experiment.schema import load_experiment
from semivis_gen.errors import CardError


@pytest.fixture
def load(tmp_path):
    """Write a card and read it."""

    def read(text, name="mine.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return load_experiment(tmp_path / name)

    return read


@pytest.fixture
def refusal(load, tmp_path):
    """What is said of a card that is refused, behind the file's name: one line."""

    def read(text):
        with pytest.raises(CardError) as caught:
            load(text)
        message = str(caught.value)
        assert "\n" not in message
        assert message.startswith(str(tmp_path / "mine.yaml"))
        return message.removeprefix(str(tmp_path / "mine.yaml")).removeprefix(": ")

    return read
