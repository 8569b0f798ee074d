"""Matching: which listing fits another, and why.

Always true: hard filters (other kind, not one's own, visible, open, a common language, reachable)
are never scored and never shown; every match carries its reasons, and their points add up to the
score. Nothing about a person but their listing is read: no cohort, age, gender or origin.
"""
