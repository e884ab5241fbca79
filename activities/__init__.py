"""Condition three, mutually reinforcing activities: who does what, where, with whom.

Tables: none yet. May import: measures, agenda, backbone.
"""
