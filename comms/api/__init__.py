"""Meetings, decisions and actions as JSON: the same rows, rights and words as on the pages."""
