"""Condition two, the shared measurement system: indicators, who owes them, what was filed, how it adds up.

Tables: indicators, dimensions, targets, obligations, filings, figures, roll-ups. May import: agenda, backbone.
"""
