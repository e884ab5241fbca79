"""Condition three, mutually reinforcing activities: who does what, where, with whom.

Tables: the register with what hangs on it, words for tagging, hand-offs, needs and agreed overlaps, what the watch found.
May import: measures, agenda, backbone.
"""
