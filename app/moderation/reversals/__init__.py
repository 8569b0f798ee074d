"""A moderator puts a posting right: openly, linked, with a reason, and never in their own case."""
