"""The only writers of the ground's rows."""
