"""Runs a project's own suites in its working tree and gathers what they report."""
