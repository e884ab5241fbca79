"""Condition four, continuous communication: reminders, digests and the outbox they are read in.

Tables: mails. May import: activities, measures, agenda, backbone.
"""
