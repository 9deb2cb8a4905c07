"""Coupling orders: QCD (g_s), QED (e), MIX (eps e), DARK (g_D)."""

try:
    from .object_library import CouplingOrder, all_orders  # noqa: F401
except ImportError:
    from object_library import CouplingOrder, all_orders  # noqa: F401

QCD = CouplingOrder(name="QCD", expansion_order=99, hierarchy=1)
QED = CouplingOrder(name="QED", expansion_order=99, hierarchy=2)
MIX = CouplingOrder(name="MIX", expansion_order=99, hierarchy=2)
DARK = CouplingOrder(name="DARK", expansion_order=99, hierarchy=1)
