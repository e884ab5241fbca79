"""Django's PostgreSQL backend with one fact corrected; see base.py."""
