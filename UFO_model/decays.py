"""Two-body widths [GeV] at tree level; they hold where the decay is open.

A' -> x1 x2: (alpha_D m/3) sqrt[(1 - Sigma^2/m^2)(1 - Delta^2/m^2)] [1 + Sigma^2/(2 m^2)] (1 - Delta^2/m^2).
A' -> f fbar: (N_c alpha Q^2 eps^2 m/3) sqrt(1 - 4 m_f^2/m^2) (1 + 2 m_f^2/m^2).
x2 -> x1 A' by crossing. The usual decay x2 -> x1 l+ l- has three bodies: generate it (docs/madgraph.md).
"""

try:
    from . import particles as P
    from .object_library import Decay, all_decays  # noqa: F401
except ImportError:
    import particles as P
    from object_library import Decay, all_decays  # noqa: F401

_SUM2 = "(MX1 + MX2)**2"
_TO_DARK = (
    "gD**2*(MAP**2 - delta**2)*(2*MAP**2 + {s})*cmath.sqrt((MAP**2 - {s})*(MAP**2 - delta**2))"
    "/(24.0*cmath.pi*MAP**5)"
).format(s=_SUM2)
_FROM_X2 = (
    "gD**2*(delta**2 - MAP**2)*(2*MAP**2 + {s})*cmath.sqrt(({s} - MAP**2)*(delta**2 - MAP**2))"
    "/(16.0*cmath.pi*MAP**2*MX2**3)"
).format(s=_SUM2)


def _to_fermions(mass, factor):
    return "{f}*ee**2*eps**2*(MAP**2 + 2*{m}**2)*cmath.sqrt(MAP**4 - 4*MAP**2*{m}**2)/(12.0*cmath.pi*MAP**3)".format(
        f=factor, m=mass
    )


_UP, _DOWN = "(4.0/3.0)*qquark**2", "(1.0/3.0)*qquark**2"

if P.DIRAC:
    _dark = {(P.x1, P.x2__tilde__): _TO_DARK, (P.x2, P.x1__tilde__): _TO_DARK}
else:
    _dark = {(P.x1, P.x2): _TO_DARK}

Decay_ap = Decay(name="Decay_ap", particle=P.ap, partial_widths={
    **_dark,
    (P.e__minus__, P.e__plus__): _to_fermions("Me", "1.0"),
    (P.mu__minus__, P.mu__plus__): _to_fermions("MMU", "1.0"),
    (P.ta__minus__, P.ta__plus__): _to_fermions("MTA", "1.0"),
    (P.u, P.u__tilde__): _UP + "*ee**2*eps**2*MAP/(12.0*cmath.pi)",
    (P.c, P.c__tilde__): _to_fermions("MC", _UP),
    (P.t, P.t__tilde__): _to_fermions("MT", _UP),
    (P.d, P.d__tilde__): _DOWN + "*ee**2*eps**2*MAP/(12.0*cmath.pi)",
    (P.s, P.s__tilde__): _DOWN + "*ee**2*eps**2*MAP/(12.0*cmath.pi)",
    (P.b, P.b__tilde__): _to_fermions("MB", _DOWN),
})
Decay_x2 = Decay(name="Decay_x2", particle=P.x2, partial_widths={(P.x1, P.ap): _FROM_X2})
