"""Cards over cards: what a card that extends another changes in it."""

from __future__ import annotations

from typing import Any

from semivis_gen.errors import CardError

__all__ = ["KINDS", "merge"]

KINDS = ("process", "geometry", "requirement")
"""Keys that say what a mapping is; its other keys depend on them."""
LABELS = (*KINDS, "name")
DROP = "drop"


def merge(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Lay a card over the one that it extends.

    Mappings merge key by key, and null takes a key out. Lists whose items all have `process`, `requirement` or
    `name` merge item by item, and `drop: true` takes an item out; other lists, and numbers with their provenance, are
    replaced as a whole, as is a mapping that becomes another `process`, `geometry` or `requirement`.

    Parameters
    ----------
    base, change : dict
        The extended card and what is written over it.

    Returns
    -------
    dict
        A new card.

    Raises
    ------
    CardError
        Where an item stands twice or what shall be dropped is not there.

    Examples
    --------
    >>> base = {"systematics": [{"name": "yield", "size": 1}, {"name": "width", "size": 2}]}
    >>> merge(base, {"systematics": [{"name": "yield", "size": 3}, {"name": "width", "drop": True}]})
    {'systematics': [{'name': 'yield', 'size': 3}]}
    """
    merged: dict[str, Any] = _merge(base, change, "")
    return merged


def _merge(base: Any, change: Any, key: str) -> Any:
    if isinstance(base, dict) and isinstance(change, dict) and "value" not in change and not _other_kind(base, change):
        below = {k: _merge(base[k], v, f"{key}.{k}".lstrip(".")) if k in base else v for k, v in change.items()}
        return {k: v for k, v in (base | below).items() if not (k in change and change[k] is None)}
    label = _label(base)
    if label and label == _label(change):
        return _items(base, change, label, key)
    return change


def _other_kind(base: dict[str, Any], change: dict[str, Any]) -> bool:
    pairs = [(base.get(kind), change.get(kind)) for kind in KINDS]
    return any(isinstance(old, str) and isinstance(new, str) and old != new for old, new in pairs)


def _label(items: Any) -> str | None:
    """Key by which the items of a list are told apart; None where there is none."""
    if not (isinstance(items, list) and items and all(isinstance(item, dict) for item in items)):
        return None
    return next((label for label in LABELS if all(isinstance(item.get(label), str) for item in items)), None)


def _items(base: list[Any], change: list[Any], label: str, key: str) -> list[Any]:
    changes: dict[str, dict[str, Any]] = {}
    for item in change:
        if item[label] in changes:
            msg = f"{key}: {label} {item[label]!r} stands twice; write what changes in it once"
            raise CardError(msg)
        changes[item[label]] = item
    merged = []
    for item in base:
        over = changes.pop(item[label], {})
        if not _dropped(over, f"{key}.{item[label]}"):
            merged.append(_merge(item, over, f"{key}.{item[label]}"))
    for name, item in changes.items():
        if _dropped(item, f"{key}.{name}"):
            has = ", ".join(str(i[label]) for i in base)
            msg = f"{key}.{name}.{DROP}: there is no such {label} to take out; there is {has}"
            raise CardError(msg)
        merged.append(item)
    return merged


def _dropped(item: dict[str, Any], key: str) -> bool:
    drop = item.get(DROP)
    if DROP in item and drop is not True:
        msg = f"{key}.{DROP} = {drop!r}: must be true, which takes the item out; leave it away to keep the item"
        raise CardError(msg)
    return DROP in item
