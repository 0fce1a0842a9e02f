"""Sends what was rendered: the ledger of messages, delivery, and what comes back."""
