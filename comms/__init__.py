"""Condition four, continuous communication: reminders, digests and the outbox they are read in.

Tables: mails, runs. May import: activities, measures, agenda, backbone.
"""
