"""e+ e- -> gamma A'."""
