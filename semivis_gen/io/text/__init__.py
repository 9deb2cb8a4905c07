"""Text files of events: bytes to numbers, numbers to bytes."""
