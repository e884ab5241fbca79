"""Condition one, the common agenda: one vision, its outcomes and the strategies under them.

Tables: agendas, outcomes, strategies. May import: backbone.
"""
