from .channels import (
    CHANNELS as CHANNELS,
    DECAY_NAMES as DECAY_NAMES,
    DECAYS as DECAYS,
    HADRONS as HADRONS,
    LEPTON_MASSES as LEPTON_MASSES,
    LEPTONS as LEPTONS,
    OTHER_HADRONS as OTHER_HADRONS,
    Channel as Channel,
    Current as Current,
    channel_names as channel_names,
    channel_of as channel_of,
)
from .chi2_hadrons import (
    chi2_hadron_rate_dq2 as chi2_hadron_rate_dq2,
    chi2_narrow_states as chi2_narrow_states,
    gamma_chi2_hadrons as gamma_chi2_hadrons,
    gamma_chi2_hadrons_by_state as gamma_chi2_hadrons_by_state,
    gamma_chi2_hadrons_error as gamma_chi2_hadrons_error,
)
from .chi2_leptons import chi2_rate_dq2 as chi2_rate_dq2, gamma_chi2_lepton as gamma_chi2_lepton
from .hadrons import gamma_aprime_hadrons as gamma_aprime_hadrons, r_ratio as r_ratio
from .particles import MESONS as MESONS, Particle as Particle, label as label, labels as labels
from .pion import pion_form_factor as pion_form_factor
from .point import (
    DarkMasses as DarkMasses,
    DarkSector as DarkSector,
    MassShape as MassShape,
    check_couplings as check_couplings,
)
from .vector_mesons import rho_propagator as rho_propagator
from .widths import (
    Widths as Widths,
    aprime_shares as aprime_shares,
    compute_widths as compute_widths,
    ctau_mm as ctau_mm,
    gamma_aprime_chi as gamma_aprime_chi,
    gamma_aprime_lepton as gamma_aprime_lepton,
    gamma_aprime_total as gamma_aprime_total,
    gamma_aprime_visible as gamma_aprime_visible,
    gamma_chi2_massless as gamma_chi2_massless,
    gamma_chi2_total as gamma_chi2_total,
    off_shell_chi as off_shell_chi,
)
