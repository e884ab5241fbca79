"""What pages of the ground read."""
