"""Webhook and Slack-format messages about incidents.

Law: one outage, one page; a message holds nothing that is not in the incident.
"""
