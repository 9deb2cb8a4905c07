"""Parameters. Masses and widths [GeV]; the defaults are R = m_A'/m_x1 = 3, Delta/m_x1 = 0.4, alpha_D = 0.1.

m_A' = 0.3 GeV with eps = 1e-3; both are what one scans. Names differ by more than their case: readers lower it.
Delta is external: cards hold 7 digits, and m_x2 - m_x1 from two masses would lose them for small splittings.
"""

try:
    from .object_library import Parameter, all_parameters  # noqa: F401
except ImportError:
    from object_library import Parameter, all_parameters  # noqa: F401


def _external(name, value, texname, block, code):
    return Parameter(name=name, nature="external", type="real", value=value, texname=texname, lhablock=block,
                     lhacode=[code])


def _internal(name, value, texname):
    return Parameter(name=name, nature="internal", type="real", value=value, texname=texname)


ZERO = _internal("ZERO", "0.0", "0")

# momentum transfers are tiny: alpha in the Thomson limit (CODATA 2018), not 1/127.9 at the Z mass
aEWM1 = _external("aEWM1", 137.035999, r"\alpha^{-1}", "SMINPUTS", 1)
aS = _external("aS", 0.1179, r"\alpha_s", "SMINPUTS", 3)  # at the Z mass, PDG 2022

eps = _external("eps", 1e-3, r"\epsilon", "DARK", 1)
alphad = _external("alphad", 0.1, r"\alpha_D", "DARK", 2)
delta = _external("delta", 0.04, r"\Delta", "DARK", 3)  # m_x2 - m_x1
# 1: A' couples to quarks as well; 0 below ~1.5 GeV, where quarks are no final states and would open false decays
qquark = _external("qquark", 1.0, r"q_q", "DARK", 4)

znuc = _external("znuc", 82.0, "Z", "NUCLEUS", 1)
anuc = _external("anuc", 208.0, "A", "NUCLEUS", 2)
# 1: form factor, 0: point charge
ffnuc = _external("ffnuc", 1.0, r"f_N", "NUCLEUS", 3)
# 1: the nucleus interacts, 0: it does not
qnuc = _external("qnuc", 1.0, r"q_N", "NUCLEUS", 4)

# PDG 2022; the lead nucleus is 208 u - 82 m_e
Me = _external("Me", 0.51099895e-3, "m_e", "MASS", 11)
MMU = _external("MMU", 0.1056583755, r"m_\mu", "MASS", 13)
MTA = _external("MTA", 1.77686, r"m_\tau", "MASS", 15)
MC = _external("MC", 1.27, "m_c", "MASS", 4)
MB = _external("MB", 4.18, "m_b", "MASS", 5)
MT = _external("MT", 172.69, "m_t", "MASS", 6)
MX1 = _external("MX1", 0.1, r"m_{\chi_1}", "MASS", 52)
MAP = _external("MAP", 0.3, r"m_{A'}", "MASS", 55)
MNUC = _external("MNUC", 193.70887138, "M", "MASS", 1000822080)

WT = _external("WT", 1.42, r"\Gamma_t", "DECAY", 6)
# exact widths at the default point; give numbers at any other, never `Auto` for both (docs/madgraph.md)
WAP = _external("WAP", 7.7097427e-3, r"\Gamma_{A'}", "DECAY", 55)
WX2 = _external("WX2", 5.029012e-16, r"\Gamma_{\chi_2}", "DECAY", 58)

MX2 = _internal("MX2", "MX1 + delta", r"m_{\chi_2}")
ee = _internal("ee", "2*cmath.sqrt(cmath.pi/aEWM1)", "e")
gD = _internal("gD", "2*cmath.sqrt(alphad*cmath.pi)", "g_D")
G = _internal("G", "2*cmath.sqrt(aS*cmath.pi)", "G")

# scales of the nuclear form factor [GeV^-2, GeV^2]: Bjorken et al., arXiv:0906.0580, eqs. (A18), (A19).
# The electron mass stands for the size of the atom here and stays where the electron is taken massless.
# MadGraph writes numbers in expressions with 7 digits: those with more stand as sums.
matom = _internal("matom", "0.0005109 + 0.00000009895", "m_e")
ascreen = _internal("ascreen", "(111.0/(matom*znuc**(1./3.)))**2", "a^2")
dsize = _internal("dsize", "0.164/anuc**(2./3.)", "d")
binel = _internal("binel", "(773.0/(matom*znuc**(2./3.)))**2", "a'^2")
mup = _internal("mup", "2.79", r"\mu_p")
mprot = _internal("mprot", "0.938272 + 0.00000008816", "m_p")
magnuc = _internal("magnuc", "(mup**2 - 1.0)/(4.0*mprot**2)", r"\kappa")
