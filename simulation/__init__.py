"""A made-up shop that lives for weeks: its people, its provider of mail, its crashes, and an audit of what was sent."""
