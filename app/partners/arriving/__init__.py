"""What the worker does with a transfer: deliver it to the partner, and conclude it at home."""
