"""Which cuts would be best, for assumed backgrounds."""
