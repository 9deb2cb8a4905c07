"""Which cuts on S1 and S2 would be best, for assumed backgrounds."""
