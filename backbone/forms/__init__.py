"""The forms of the ground's pages, a module per subject."""
