"""Imports certifications that learners earned elsewhere into an LMS."""

__version__ = "0.1.0"
