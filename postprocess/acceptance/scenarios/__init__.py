"""What happens to A': one scenario a file."""
