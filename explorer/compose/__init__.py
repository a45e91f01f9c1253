"""Statements made from records: facts with labels, and sentences quoted exactly."""
