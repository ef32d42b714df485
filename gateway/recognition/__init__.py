"""What the other side's rules say of a declaration, and what its numbers are on another basis."""
