"""The resources of the API that this condition offers."""
