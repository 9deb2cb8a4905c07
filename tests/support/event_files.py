"""Write events to a file and read them back."""

from semivis_gen.events import IdMap, concatenate
from semivis_gen.io.files import open_writer, read_events

FOREIGN = IdMap(1023, 1000022, 1000023)


def save(path, events, **options):
    with open_writer(path, events.info, **options) as writer:
        writer.write(events)
    return path


def load(path, **options):
    return concatenate(list(read_events(path, **options)))
