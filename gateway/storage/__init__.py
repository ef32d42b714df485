"""Where originals, outputs and reports are kept, by digest."""
