"""The API's base."""
