"""Dark bremsstrahlung e- N -> e- N A': exact tree level, and the approximations of older results."""
