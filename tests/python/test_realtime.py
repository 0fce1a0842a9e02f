"""Selector realtime: new events become new messages, and for everybody else it builds what the full build had built."""

from datetime import timedelta

from shop import AS_OF, small_shop, write_parquet
from warehouse import build

# what a run leaves in every row
OF_THE_RUN = "exclude (input_fingerprint)"
NEIGHBOURS = """(
    select user_id, neighbour_key, similarity_score
    from int_user_neighbours inner join int_user_keys using (user_key)
)"""
NEW = "u38"  # who had done nothing


def rows(built, relation: str, columns: str = "") -> dict[str, list]:
    """By user."""
    found: dict[str, list] = {}
    for user, row in built.query(
        f"select user_id, cast(t as varchar) from (select * {columns} from {relation}) as t"
    ):
        found.setdefault(user, []).append(row)
    return {user: sorted(of_user) for user, of_user in found.items()}


def test_a_new_event_reaches_the_queue_and_nothing_else_changes(small, tmp_path):
    own = small.copied_to(tmp_path)
    tables = small_shop()
    # it comes late: the latest event is as it was
    tables["web_events"].append(
        {
            "event_id": "late",
            "event_type": "cart_add",
            "occurred_at": AS_OF - timedelta(hours=4),
            "user_id": NEW,
            "item_id": "i30",
        }
    )
    inputs = write_parquet(tables, tmp_path / "in")
    built = build(own.database, {"input_location": str(inputs)}, "--selector", "realtime")
    assert built.succeeded, built.text
    assert built.query(f"select trigger_type, placement from email_queue where user_id = '{NEW}'") == [
        ("cart_abandonment", "cart_reminder")
    ]
    # to few others the newcomer is a neighbour, or takes the place of one
    before, after = rows(small, NEIGHBOURS), rows(built, NEIGHBOURS)
    moved = {user for user in before.keys() | after.keys() if before.get(user) != after.get(user)}
    for relation, columns in {
        "email_queue": OF_THE_RUN,
        "send_decisions": "",
        "user_recommendations": "",
        "placement_recommendations": "",
    }.items():
        before, after = rows(small, relation, columns), rows(built, relation, columns)
        others = (before.keys() | after.keys()) - {NEW} - moved
        assert len(others) > 20
        assert {user for user in others if before.get(user) != after.get(user)} == set(), relation
    # what is of the whole shop is as the full build made it
    for relation in ("int_item_popularity", "int_item_trends", "int_item_neighbours"):
        assert built.content(relation) == small.content(relation)
