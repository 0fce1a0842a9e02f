"""The states of a message, and from which other each may be reached: `Ledger.move` is the only way, and asks here."""

from enum import StrEnum


class State(StrEnum):
    """As DESIGN pins them for send_log; the order is that of a message's life."""

    QUEUED = "queued"  # the warehouse wants it sent
    RENDERED = "rendered"  # it can be sent: at send_at, or when a server said "later"
    CLAIMED = "claimed"  # one sender has it, and nothing of it has left
    HANDED_OVER = "handed_over"  # the server may have it: written before its first byte goes out
    ACCEPTED = "accepted"  # the server said that it has it
    AMBIGUOUS = "ambiguous"  # handed over, and no answer is known
    BOUNCED = "bounced"  # the address takes no mail
    FAILED = "failed"  # the server won't take it, or said "later" too often
    DROPPED = "dropped"  # it must not go out: the reason says why
    EXPIRED = "expired"  # past its shelf life


# state → the states that it may follow. `queued` is what a message begins with.
FOLLOWS: dict[State, tuple[State, ...]] = {
    # nobody has it, and a later run has decided anew
    State.QUEUED: (State.DROPPED, State.EXPIRED, State.FAILED),
    # let go by a sender; "later" from a server; or unclear, where the rule says to send again
    State.RENDERED: (State.QUEUED, State.CLAIMED, State.HANDED_OVER, State.AMBIGUOUS),
    State.CLAIMED: (State.RENDERED,),
    State.HANDED_OVER: (State.CLAIMED,),
    # an answer that came after the sender was taken for dead
    State.ACCEPTED: (State.HANDED_OVER, State.AMBIGUOUS),
    State.AMBIGUOUS: (State.HANDED_OVER,),
    # refused at once, or by a report days later
    State.BOUNCED: (State.CLAIMED, State.HANDED_OVER, State.ACCEPTED, State.AMBIGUOUS),
    State.FAILED: (State.CLAIMED, State.HANDED_OVER),
    State.DROPPED: (State.QUEUED, State.RENDERED),
    State.EXPIRED: (State.QUEUED, State.RENDERED),
}
WAITING = (State.QUEUED, State.RENDERED)
# of a sender that is at work, or was when it died
UNDER_WAY = (State.CLAIMED, State.HANDED_OVER)
# what may have reached its reader
SENT = (State.HANDED_OVER, State.ACCEPTED, State.AMBIGUOUS)
# why a message of an earlier run is dropped that the latest one doesn't have
SUPERSEDED = "superseded"
ENDED = tuple(state for state in State if state not in WAITING + UNDER_WAY)
