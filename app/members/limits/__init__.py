"""The limits of members: how far a balance may go below and above zero, set by staff."""
