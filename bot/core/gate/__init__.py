"""Comparison and policy into gate results."""
