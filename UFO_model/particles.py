"""Particles.

`DIRAC = True` makes x1 and x2 Dirac fermions, as the Lagrangian g_D x2bar gamma x1 A' + h.c. of the literature is
written: the x2 width is the same, but A' has two final states, x1 x2~ and x2 x1~, and twice the width.
"""

try:
    from . import parameters as Param
    from .object_library import Particle, all_particles  # noqa: F401
except ImportError:
    import parameters as Param
    from object_library import Particle, all_particles  # noqa: F401

DIRAC = False


def _fermion(code, name, antiname, texname, antitexname, mass, charge, color=1, lepton=0, width=Param.ZERO):
    return Particle(pdg_code=code, name=name, antiname=antiname, spin=2, color=color, mass=mass, width=width,
                    texname=texname, antitexname=antitexname, charge=charge, GhostNumber=0, LeptonNumber=lepton, Y=0)


def _vector(code, name, texname, color=1, mass=Param.ZERO, width=Param.ZERO):
    return Particle(pdg_code=code, name=name, antiname=name, spin=3, color=color, mass=mass, width=width,
                    texname=texname, antitexname=texname, charge=0, GhostNumber=0, LeptonNumber=0, Y=0)


a = _vector(22, "a", r"\gamma")
g = _vector(21, "g", "g", color=8)
ap = _vector(55, "ap", "A'", mass=Param.MAP, width=Param.WAP)

_bar = "~" if DIRAC else ""
x1 = _fermion(52, "x1", "x1" + _bar, r"\chi_1", r"\chi_1", Param.MX1, 0)
x2 = _fermion(58, "x2", "x2" + _bar, r"\chi_2", r"\chi_2", Param.MX2, 0, width=Param.WX2)
x1__tilde__ = x1.anti() if DIRAC else x1
x2__tilde__ = x2.anti() if DIRAC else x2

e__minus__ = _fermion(11, "e-", "e+", "e^-", "e^+", Param.Me, -1, lepton=1)
e__plus__ = e__minus__.anti()
mu__minus__ = _fermion(13, "mu-", "mu+", r"\mu^-", r"\mu^+", Param.MMU, -1, lepton=1)
mu__plus__ = mu__minus__.anti()
ta__minus__ = _fermion(15, "ta-", "ta+", r"\tau^-", r"\tau^+", Param.MTA, -1, lepton=1)
ta__plus__ = ta__minus__.anti()

d = _fermion(1, "d", "d~", "d", r"\bar{d}", Param.ZERO, -1 / 3, color=3)
d__tilde__ = d.anti()
u = _fermion(2, "u", "u~", "u", r"\bar{u}", Param.ZERO, 2 / 3, color=3)
u__tilde__ = u.anti()
s = _fermion(3, "s", "s~", "s", r"\bar{s}", Param.ZERO, -1 / 3, color=3)
s__tilde__ = s.anti()
c = _fermion(4, "c", "c~", "c", r"\bar{c}", Param.MC, 2 / 3, color=3)
c__tilde__ = c.anti()
b = _fermion(5, "b", "b~", "b", r"\bar{b}", Param.MB, -1 / 3, color=3)
b__tilde__ = b.anti()
t = _fermion(6, "t", "t~", "t", r"\bar{t}", Param.MT, 2 / 3, color=3, width=Param.WT)
t__tilde__ = t.anti()

# id and charge are those of lead; other nuclei differ by Z, A and mass in the card, and the id is a label
nuc = Particle(pdg_code=1000822080, name="nuc", antiname="nuc~", spin=1, color=1, mass=Param.MNUC, width=Param.ZERO,
               texname="N", antitexname=r"\bar{N}", charge=82, GhostNumber=0, LeptonNumber=0, Y=0)
nuc__tilde__ = nuc.anti()
