"""What every reader and writer stands on: packages, formats, field tables, and the run that shows loss."""
