"""Maintenance windows: when a new rollout may start.

Law: it knows clocks, calendars and time zones, and nothing of rollouts; every search of it is bounded.
"""
