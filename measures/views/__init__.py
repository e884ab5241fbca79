"""The pages of shared measurement, a module per subject."""
