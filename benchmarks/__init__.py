"""Measurements against what people use today; each prints what it ran on and writes its page in docs/."""
