"""Inelastic (pseudo-Dirac) dark matter with a dark photon, and a heavy nucleus with its form factor.

    L_int = e A_mu J_em^mu + eps e A'_mu J_em^mu + i g_D A'_mu x2bar gamma^mu x1      (x1, x2 Majorana)

Physics: NA64, Eur. Phys. J. C 81 (2021) 959, arXiv:2107.02021; Izaguirre, Krnjaic and Shuve, arXiv:1508.03050;
Mohlabeng, arXiv:1902.05075. Format: Degrande et al., arXiv:1108.2040; form factors as in Darme et al., arXiv:2304.09883.

Particles: ap (A', 55), x1 (chi1, 52), x2 (chi2, 58), nuc (scalar nucleus, 1000822080), charged leptons, quarks,
photon and gluon. There is no weak interaction: this is the theory below the W mass. The nucleus couples to the
photon only. Read the restriction files (restrict_*.dat) for the variants, `particles.py` for the Dirac one.

The folder is named after the model by its user: copy it to models/semivis of MadGraph and `import model semivis`.
"""

try:
    from . import (
        coupling_orders,
        couplings,
        decays,
        form_factors,
        function_library,
        lorentz,
        object_library,
        parameters,
        particles,
        vertices,
    )
except ImportError:  # a reader that puts this folder itself on the path
    import coupling_orders
    import couplings
    import decays
    import form_factors
    import function_library
    import lorentz
    import object_library
    import parameters
    import particles
    import vertices

gauge = [0]  # unitary gauge only: the A' current is not conserved where the masses of x1 and x2 differ

all_particles = particles.all_particles
all_vertices = vertices.all_vertices
all_couplings = couplings.all_couplings
all_lorentz = lorentz.all_lorentz
all_parameters = parameters.all_parameters
all_orders = coupling_orders.all_orders
all_functions = function_library.all_functions
all_form_factors = form_factors.all_form_factors
all_decays = decays.all_decays

__author__ = "The semivis developers"
__version__ = "1.0"
__arxiv__ = "2107.02021"
