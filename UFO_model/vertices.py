"""Vertices. Each stands once: for Majorana fermions the second order of the legs would cancel or double it."""

try:
    from . import couplings as C
    from . import lorentz as L
    from . import particles as P
    from .object_library import Vertex, all_vertices  # noqa: F401
except ImportError:
    import couplings as C
    import lorentz as L
    import particles as P
    from object_library import Vertex, all_vertices  # noqa: F401


def _current(name, fermion, antifermion, vector, coupling, color="1"):
    return Vertex(name=name, particles=[antifermion, fermion, vector], color=[color], lorentz=[L.FFV1],
                  couplings={(0, 0): coupling})


_leptons = [("e", P.e__minus__, P.e__plus__), ("mu", P.mu__minus__, P.mu__plus__), ("ta", P.ta__minus__, P.ta__plus__)]
_up = [("u", P.u, P.u__tilde__), ("c", P.c, P.c__tilde__), ("t", P.t, P.t__tilde__)]
_down = [("d", P.d, P.d__tilde__), ("s", P.s, P.s__tilde__), ("b", P.b, P.b__tilde__)]

for _family, _photon, _dark, _color in (
    (_leptons, C.GC_a_l, C.GC_ap_l, "1"),
    (_up, C.GC_a_u, C.GC_ap_u, "Identity(1,2)"),
    (_down, C.GC_a_d, C.GC_ap_d, "Identity(1,2)"),
):
    for _name, _fermion, _anti in _family:
        _current("V_a_" + _name, _fermion, _anti, P.a, _photon, _color)
        _current("V_ap_" + _name, _fermion, _anti, P.ap, _dark, _color)
for _name, _fermion, _anti in _up + _down:
    _current("V_g_" + _name, _fermion, _anti, P.g, C.GC_g, "T(3,2,1)")

if P.DIRAC:
    _current("V_ap_x1_x2", P.x1, P.x2__tilde__, P.ap, C.GC_dirac)
    _current("V_ap_x2_x1", P.x2, P.x1__tilde__, P.ap, C.GC_dirac)
else:
    _current("V_ap_x1_x2", P.x1, P.x2, P.ap, C.GC_dark)

V_nuc = Vertex(name="V_nuc", particles=[P.nuc__tilde__, P.nuc, P.a], color=["1"], lorentz=[L.SSV1, L.SSV2],
               couplings={(0, 0): C.GC_nuc_pt, (0, 1): C.GC_nuc_ff})
V_nuc_aa = Vertex(name="V_nuc_aa", particles=[P.nuc__tilde__, P.nuc, P.a, P.a], color=["1"], lorentz=[L.SSVV1],
                  couplings={(0, 0): C.GC_nuc_aa})

V_ggg = Vertex(name="V_ggg", particles=[P.g, P.g, P.g], color=["f(1,2,3)"], lorentz=[L.VVV1],
               couplings={(0, 0): C.GC_ggg})
V_gggg = Vertex(
    name="V_gggg", particles=[P.g, P.g, P.g, P.g],
    color=["f(-1,1,2)*f(3,4,-1)", "f(-1,1,3)*f(2,4,-1)", "f(-1,1,4)*f(2,3,-1)"], lorentz=[L.VVVV1, L.VVVV2, L.VVVV3],
    couplings={(0, 0): C.GC_gggg, (1, 1): C.GC_gggg, (2, 2): C.GC_gggg},
)
