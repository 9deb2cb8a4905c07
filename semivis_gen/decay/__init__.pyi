from .chain import Spin as Spin, decay_chain as decay_chain
from .lifetimes import sample_lifetimes as sample_lifetimes
from .sampling import chi2_decay as chi2_decay, two_body as two_body
