"""The ground, and the fifth condition: the backbone support organization.

Tables: tenants, people and what they may do, initiatives, partner organizations, changes.
May import: nothing of agenda, measures, activities or comms. It shows all five conditions by asking
them (`conditions.py`) without knowing them.
"""
