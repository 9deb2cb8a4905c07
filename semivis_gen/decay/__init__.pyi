from .aprime import aprime_decay as aprime_decay
from .chain import Spin as Spin, decay_chain as decay_chain, directions as directions
from .channels import (
    ELECTRONS_ONLY as ELECTRONS_ONLY,
    chi2_shares as chi2_shares,
    decay_channels as decay_channels,
    draw_channels as draw_channels,
)
from .lifetimes import sample_lifetimes as sample_lifetimes
from .pairs import two_body as two_body
from .phase_space import many_body as many_body
from .sampling import chi2_decay as chi2_decay
