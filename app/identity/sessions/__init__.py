"""The end of sessions: one, all of a login by its owner or by staff, and those long over."""
