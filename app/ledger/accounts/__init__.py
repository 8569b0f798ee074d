"""The accounts themselves: opened once, for a bank or a member."""
