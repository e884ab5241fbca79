"""The agenda's resources of the API."""
