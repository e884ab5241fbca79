"""The register's resources of the API."""
