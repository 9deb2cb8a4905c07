"""Lorentz structures; the letters are the spins of the legs in order."""

try:
    from . import form_factors as ForFac
    from .object_library import Lorentz, all_lorentz  # noqa: F401
except ImportError:
    import form_factors as ForFac
    from object_library import Lorentz, all_lorentz  # noqa: F401

FFV1 = Lorentz(name="FFV1", spins=[2, 2, 3], structure="Gamma(3,2,1)")
SSV1 = Lorentz(name="SSV1", spins=[1, 1, 3], structure="P(3,2) - P(3,1)")
SSV2 = Lorentz(name="SSV2", spins=[1, 1, 3], structure="ffn*(P(3,2) - P(3,1))", formfactors=[ForFac.ffn])
SSVV1 = Lorentz(name="SSVV1", spins=[1, 1, 3, 3], structure="Metric(3,4)")
VVV1 = Lorentz(
    name="VVV1", spins=[3, 3, 3],
    structure="Metric(1,2)*(P(3,1) - P(3,2)) + Metric(2,3)*(P(1,2) - P(1,3)) + Metric(3,1)*(P(2,3) - P(2,1))",
)
VVVV1 = Lorentz(name="VVVV1", spins=[3, 3, 3, 3], structure="Metric(1,4)*Metric(2,3) - Metric(1,3)*Metric(2,4)")
VVVV2 = Lorentz(name="VVVV2", spins=[3, 3, 3, 3], structure="Metric(1,4)*Metric(2,3) - Metric(1,2)*Metric(3,4)")
VVVV3 = Lorentz(name="VVVV3", spins=[3, 3, 3, 3], structure="Metric(1,3)*Metric(2,4) - Metric(1,2)*Metric(3,4)")
