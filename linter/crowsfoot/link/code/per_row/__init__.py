"""What scopes have sent -> which of it goes out once per row, and what to write instead."""
