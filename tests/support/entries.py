"""What a card holds where it names a geometry or a requirement: something that builds it."""

from types import SimpleNamespace


def entry(thing):
    return SimpleNamespace(build=lambda: thing, model_dump=lambda **_: {"entry": repr(thing)})


def with_geometry(card, geometry):
    return card.model_copy(update={"geometry": entry(geometry)})


def requiring(card, name, *requirements, **changes):
    """The card with further requirements of one signature, and other changes of it."""
    update = {"require": tuple(map(entry, requirements)), **changes}
    signatures = tuple(s.model_copy(update=update) if s.name == name else s for s in card.signatures)
    return card.model_copy(update={"signatures": signatures})
