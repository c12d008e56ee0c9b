"""The investigator: finds every error once, explains it and recommends a fix. Not in this release.

Law: this package never imports another deployable; errors reach it as :mod:`sealane_api` types over HTTP, and
text is redacted before it is stored anywhere. No model's opinion will be shown without evidence that names
where it came from.
"""
