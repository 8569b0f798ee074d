"""What auditors rely on: the chains of who looked at whom are whole."""
