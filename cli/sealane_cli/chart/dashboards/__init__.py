"""The Grafana dashboards of the chart, written as questions and generated as JSON.

Law: no panel without a question that somebody has at night, in the words of docs/metrics.md and docs/operator.md.
"""
