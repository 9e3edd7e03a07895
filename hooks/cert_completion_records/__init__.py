"""A ready-made host for Django sites whose LMS keeps no certifications: the record book."""
