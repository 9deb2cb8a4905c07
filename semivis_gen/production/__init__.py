"""Dark-photon production: dark bremsstrahlung in thin and thick targets."""
