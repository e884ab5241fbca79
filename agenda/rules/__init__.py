"""The agenda's rules, pure: no database, no clock, no request."""
