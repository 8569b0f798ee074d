"""What the HTTP surface needs beside the parts: documentation, operations, lost paths."""
