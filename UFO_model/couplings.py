"""Couplings: i times the coefficient in the Lagrangian."""

try:
    from .object_library import Coupling, all_couplings  # noqa: F401
except ImportError:
    from object_library import Coupling, all_couplings  # noqa: F401

# photon: i e Q
GC_a_l = Coupling(name="GC_a_l", value="-ee*complex(0,1)", order={"QED": 1})
GC_a_u = Coupling(name="GC_a_u", value="2*ee*complex(0,1)/3", order={"QED": 1})
GC_a_d = Coupling(name="GC_a_d", value="-ee*complex(0,1)/3", order={"QED": 1})

# A': i eps e Q
GC_ap_l = Coupling(name="GC_ap_l", value="-eps*ee*complex(0,1)", order={"MIX": 1})
GC_ap_u = Coupling(name="GC_ap_u", value="2*eps*ee*qquark*complex(0,1)/3", order={"MIX": 1})
GC_ap_d = Coupling(name="GC_ap_d", value="-eps*ee*qquark*complex(0,1)/3", order={"MIX": 1})

# i g_D in the Lagrangian (the Majorana bilinear x2bar gamma x1 is anti-hermitian): i (i g_D), real
GC_dark = Coupling(name="GC_dark", value="-gD", order={"DARK": 1})
GC_dirac = Coupling(name="GC_dirac", value="gD*complex(0,1)", order={"DARK": 1})

# strong interaction
GC_g = Coupling(name="GC_g", value="complex(0,1)*G", order={"QCD": 1})
GC_ggg = Coupling(name="GC_ggg", value="-G", order={"QCD": 1})
GC_gggg = Coupling(name="GC_gggg", value="complex(0,1)*G**2", order={"QCD": 2})

# scalar nucleus: i e Z point-like or with the form factor, whose value at one vertex is sqrt(G2)/Z.
# The two-photon term belongs to the point charge only: a neutral atom has no charge for a real photon.
GC_nuc_pt = Coupling(name="GC_nuc_pt", value="ee*znuc*qnuc*(1.0-ffnuc)*complex(0,1)", order={"QED": 1})
GC_nuc_ff = Coupling(name="GC_nuc_ff", value="ee*znuc*qnuc*ffnuc*complex(0,1)", order={"QED": 1})
GC_nuc_aa = Coupling(name="GC_nuc_aa", value="2*ee**2*znuc**2*qnuc**2*(1.0-ffnuc)*complex(0,1)", order={"QED": 2})
