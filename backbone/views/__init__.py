"""The ground's pages: doors, people, keys, settings."""
