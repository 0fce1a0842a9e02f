"""The command `recmail` and those of its steps that are no package of their own."""
