"""What the command says to people and programs: texts, tables, JSON documents, exit codes."""
