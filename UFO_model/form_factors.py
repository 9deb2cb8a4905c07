"""Nuclear form factor at one vertex: F = sqrt(G2)/Z, G2 = G2el + G2inel, t = -q^2.

    G2el/Z^2   = [a^2 t/(1 + a^2 t)]^2 [1/(1 + t/d)]^2
    G2inel/Z^2 = [a'^2 t/(1 + a'^2 t)]^2 [1 + t (mu_p^2 - 1)/(4 m_p^2)] / (1 + t/0.71)^4 / Z

Bjorken et al., arXiv:0906.0580, app. A; magnetic factor and dipole of G2inel as in the nucleon's
(G_E^2 + tau G_M^2)/(1 + tau), arXiv:2401.06843, app. B. q is the photon's momentum (third leg): from the nucleus
legs t would be 2 M^2 - 2 P_i.P_f, a difference of numbers 10^13 times larger.
"""

try:
    from .object_library import FormFactor, all_form_factors  # noqa: F401
except ImportError:
    from object_library import FormFactor, all_form_factors  # noqa: F401

_t = "(-1.0*P(-1,3)**2)"
_elastic = "(ascreen*{t}/(1.0+ascreen*{t})/(1.0+{t}/dsize))**2".format(t=_t)
_inelastic = "(binel*{t}/(1.0+binel*{t}))**2*(1.0+magnuc*{t})/(1.0+{t}/0.71)**4/znuc".format(t=_t)

ffn = FormFactor(name="ffn", type="real", value="cmath.sqrt(%s+%s)" % (_elastic, _inelastic))
