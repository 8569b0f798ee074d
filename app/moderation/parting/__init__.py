"""Blocking over HTTP, and taking what it leaves unfinished to a moderator."""
