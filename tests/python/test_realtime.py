"""Selector realtime: what is new becomes new messages, and all else is what the full build had made of it."""

from datetime import timedelta

import duckdb
from shop import AS_OF, small_shop, write_parquet
from warehouse import Build, assert_same, build, compiled_models, connect, manifest

from dbt_tools.dbt_runs import project_files, without_tests
from email_render.run import Job, render_queue
from recmail.watch import Project

# which inputs a row is of
OF_THE_RUN = "exclude (input_fingerprint)"
KEY = b"0123456789abcdef0123456789abcdef"


def mark_tables(built: Build) -> None:
    """A column of each table gets a comment: of a table that is made again it is gone."""
    with connect(built.database, read_only=False) as connection:
        columns = connection.execute(
            """
            select format('"{}"."{}"."{}"', schema_name, table_name, min(column_name))
            from duckdb_columns() inner join duckdb_tables() using (database_name, schema_name, table_name)
            where database_name = current_database()
            group by schema_name, table_name
            """
        ).fetchall()
        for (column,) in columns:
            connection.execute(f"comment on column {column} is 'mark'")


def kept_tables(built: Build) -> set[str]:
    return {name for (name,) in built.query("select table_name from duckdb_columns() where comment = 'mark'")}


def find_inputs(connection: duckdb.DuckDBPyConnection) -> None:
    """By their names, as models are found."""
    (path,) = connection.execute("select current_setting('search_path')").fetchone()
    connection.execute(f"set search_path = '{path},inputs'")


def an_hour_later() -> dict[str, list[dict]]:
    """u5 buys, u6 looks at something, u10 wants mail at last, u8 is to be erased, u40 is new, and i20 is sold out."""
    tables, later = small_shop(), AS_OF + timedelta(hours=1)
    (item,) = [item for item in tables["items"] if item["item_id"] == "i20"]
    item["stock_quantity"] = 0
    tables["orders"].append(
        {
            "order_id": "new",
            "user_id": "u5",
            "ordered_at": later,
            "order_status": "completed",
            "currency": "EUR",
        }
    )
    line = next(line for line in tables["order_lines"] if line["item_id"] == "i12")
    tables["order_lines"].append(line | {"order_line_id": "new", "order_id": "new"})
    view = tables["web_events"][0]
    tables["web_events"].append(
        view | {"event_id": "new", "user_id": "u6", "anonymous_id": "device6", "occurred_at": later}
    )
    tables["users"][10]["email_consent"] = "subscribed"
    tables["users"].append(tables["users"][7] | {"user_id": "u40", "email": "new@example.com"})
    tables["erasure_requests"].append({"user_id": "u8", "requested_at": later})
    return tables


def test_touched_users_get_what_a_build_of_all_gives_them(small, tmp_path):
    """To the last digit, and nobody else's lists are made; who was erased is in none of them any more."""
    inputs = write_parquet(an_hour_later(), tmp_path / "in")
    touched, everybody = (
        build(
            small.copied_to(tmp_path / users).database,
            {"input_location": str(inputs), "only_touched_users": users},
            *("--selector", "realtime", *options),
        )
        # in a full refresh no table is left as it is
        for users, options in (("realtime", []), ("never", ["--full-refresh"]))
    )
    assert touched.succeeded and everybody.succeeded, touched.text + everybody.text
    reasons: dict[str, set[str]] = {}
    for user, reason in touched.query("select user_id, reason from int_touched_users"):
        reasons.setdefault(user, set()).add(reason)
    assert "events" in reasons["u5"] and "events" in reasons["u6"]
    assert "profile" in reasons["u10"] and "no_list" in reasons["u40"] and "u8" not in reasons
    assert "shown_item" in set.union(*reasons.values())
    assert everybody.query("select reason, count(*) from int_touched_users group by reason") == [
        ("full_build", 39)
    ]

    for relation in (
        *("user_recommendations", "placement_recommendations", "recommendation_contributions", "email_queue"),
        "send_decisions",
    ):
        made, expected = touched.rows_by_user(relation), everybody.rows_by_user(relation)
        assert {user: made.get(user) for user in reasons} == {user: expected.get(user) for user in reasons}, (
            relation
        )
        assert made.keys() == expected.keys(), relation
    for relation in ("int_candidates", "int_ranking_pool", "int_user_neighbours"):
        sql = f"select count(*) from {relation} anti join int_user_keys using (user_key)"
        assert touched.value(sql) == 0, relation

    before, after = small.rows_by_user("int_placement_lists"), touched.rows_by_user("int_placement_lists")
    untouched = before.keys() - reasons.keys() - {"u8"}
    assert len(untouched) > 5
    assert {user: after[user] for user in untouched} == {user: before[user] for user in untouched}
    # the next round starts from what this one has made
    stamps = "select user_key, profile_hash, events_hash, lists_hash, due_hash from {} order by all"
    assert touched.query(stamps.format("state.user_stamps")) == touched.query(
        stamps.format("int_user_stamps")
    )


def test_what_is_new_reaches_the_queue_and_nothing_else_changes(small, tmp_path):
    """Consent and an opt-out change whom to mail and no list: to the last digit the rest is the full build's."""
    tables = small_shop()
    willing = [user for user in tables["users"] if user["email_consent"] == "unsubscribed"]
    for user in willing:
        user["email_consent"] = "subscribed"
    leaving = min(small.rows_by_user("email_queue"))
    tables["email_events"].append(
        {"event_id": "new", "event_type": "unsubscribe", "occurred_at": AS_OF, "user_id": leaving}
    )
    own = small.copied_to(tmp_path)
    mark_tables(own)
    inputs = write_parquet(tables, tmp_path / "in")
    built = build(own.database, {"input_location": str(inputs)}, "--selector", "realtime")
    assert built.succeeded, built.text
    # what is made of users and email events is made again, and what is made of other inputs alone is not
    kept = kept_tables(built)
    assert not kept & {
        "checked_users",
        "checked_email_events",
        "int_email_events",
        "input_validation_results",
    }
    assert not kept & {"stg_as_of", "int_due_triggers", "int_user_segments", "email_queue"}
    assert kept >= {"checked_items", "checked_orders", "checked_order_lines", "checked_web_events"}
    assert kept >= {"int_purchases", "int_web_interactions", "int_item_labels"}
    assert kept >= {"int_daily_purchases", "int_user_price_bands"} and "int_daily_visits" not in kept
    assert built.value("select problem from inputs.latest_run") is None
    render_queue(Job(built.database, tmp_path / "emails", KEY, "sql"), 1, None)

    before, after = (
        small.rows_by_user("email_queue", OF_THE_RUN),
        built.rows_by_user("email_queue", OF_THE_RUN),
    )
    new, gone = after.keys() - before.keys(), before.keys() - after.keys()
    assert new and new <= {user["user_id"] for user in willing} and gone == {leaving}
    assert {user for user in before.keys() & after.keys() if before[user] != after[user]} == set()
    decisions = dict(built.query("select user_id, reason from send_decisions"))
    assert decisions[leaving] == "unsubscribed" and {decisions[user] for user in new} == {"mailable"}
    assert_same(
        built, small, ["user_recommendations", "int_item_neighbours", "int_item_trends", "int_purchases"]
    )


def test_what_may_not_be_shown_any_more_is_not(small, tmp_path):
    """An item that the shop says is cigarettes is taken from lists and emails at once, though all else of it waits.

    That time goes by makes no table of inputs anew, but for those from which it took rows that were too late.
    """
    (shown,) = small.query(
        "select item_id from user_recommendations group by item_id order by count(*) desc, item_id limit 1"
    )[0]
    tables = small_shop()
    for item in tables["items"]:
        if item["item_id"] == shown:
            item["category"] = "Cigarettes"
    view = tables["web_events"][0]
    tables["web_events"].append(view | {"event_id": "new", "occurred_at": AS_OF + timedelta(hours=1)})
    own = small.copied_to(tmp_path)
    mark_tables(own)
    inputs = write_parquet(tables, tmp_path / "in")
    variables = {"input_location": str(inputs)}
    # as `recmail watch` does it
    Project(own.database, variables, "realtime", project_files(), without_tests(manifest(variables))).build()
    built = Build(own.database, True, [])
    assert built.value("select as_of from stg_as_of") == AS_OF + timedelta(hours=1)
    kept = kept_tables(built)
    assert not kept & {"checked_items", "checked_web_events", "checked_order_lines", "int_item_sensitivity"}
    assert kept >= {"orders", "checked_users", "checked_orders", "checked_email_events"}
    assert built.value("select count(*) from email_queue") > 0
    for relation in ("user_recommendations", "int_recommendations", "int_message_places"):
        assert built.value(f"select count(*) from {relation} where item_id = '{shown}'") == 0, relation


def test_tables_that_a_round_may_keep_read_counted_columns_alone(small, tmp_path):
    """Without the others (config `counted`) their SQL, and that of views between, still finds all that it names."""
    models = compiled_models("stg_items+,tag:timeless stg_users+,tag:timeless stg_items stg_users")
    views = {name: manifest({}).nodes[f"model.recmail.{name}"] for name in ("stg_items", "stg_users")}
    own = small.copied_to(tmp_path)
    with connect(own.database, read_only=False) as connection:
        find_inputs(connection)
        for name, node in views.items():
            columns = ", ".join(node.config.get("counted"))
            connection.execute(
                f"create or replace view {node.schema}.{name} as select {columns} from ({models.pop(name)})"
            )
        assert len(models) > 20
        for sql in models.values():
            connection.execute(f"explain {sql}")


def test_lists_print_what_holds_now_for_whom_nothing_is_made_anew(small, tmp_path):
    """Another picture and rating, a placement that a user has left and one that another has come back to: the marts are
    what their models say."""
    rare = "select item_id from placement_recommendations group by item_id order by count(*), item_id limit 1"
    rated = small.value(rare)
    tables = small_shop()
    for item in tables["items"]:
        if item["item_id"] == rated:
            item |= {"image_url": "https://shop.example/other.png", "rating_average": 1.5, "rating_count": 7}
    inputs = write_parquet(tables, tmp_path / "in")
    own = small.copied_to(tmp_path)
    with connect(own.database, read_only=False) as connection:
        # as if time had ended it
        connection.execute(
            """
            insert into placement_recommendations by name
            select * replace ('cart' as placement) from placement_recommendations
            where placement = 'home' and user_id = 'u30'
            """
        )
        # as if time had begun it, of a list that was kept
        connection.execute(
            "delete from placement_recommendations where placement = 'home' and user_id = 'u31'"
        )
    mark_tables(own)
    built = build(own.database, {"input_location": str(inputs)}, "--selector", "realtime")
    assert built.succeeded, built.text
    # none of these reads pictures or ratings
    kept = kept_tables(built)
    assert "checked_items" not in kept
    assert kept >= {"checked_order_lines", "checked_web_events", "int_purchases", "int_item_names"}

    touched, printed, everybody = (
        built.value(f"select count(distinct user_id) from {relation}")
        for relation in ("int_touched_users", "int_printed_users", "user_recommendations")
    )
    assert touched < printed < everybody
    left = "select count(*) from placement_recommendations where placement = 'cart' and user_id = 'u30'"
    assert built.value(left) == 0
    ended_or_begun = {("u30",), ("u31",)}
    assert ended_or_begun <= set(built.query("select user_id from int_printed_users"))
    assert not ended_or_begun & set(built.query("select user_id from int_touched_users"))
    models = compiled_models("user_recommendations placement_recommendations")
    with connect(built.database) as connection:
        for mart, sql in models.items():
            for one, other in ((mart, f"({sql})"), (f"({sql})", mart)):
                query = f"select count(*) from (from {one} except all from {other})"
                assert connection.execute(query).fetchone() == (0,), mart
    printed_rating = f"select distinct rating_count from placement_recommendations where item_id = '{rated}'"
    assert built.query(printed_rating) == [(7,)]


def test_of_changed_web_events_alone_comes_what_all_of_them_say(small, tmp_path):
    """Rounds in which web events come late, twice, too early, in a burst, change, go and share an id: what follows from
    them is the models' own word, though rows of the visitors concerned alone are made."""
    made_of_news = ["checked_web_events", "int_web_interactions", "int_daily_visits", "int_user_habits"]
    models = compiled_models(" ".join(made_of_news))
    own = small.copied_to(tmp_path)
    tables = small_shop()
    events = tables["web_events"]

    def one_round(hour: int) -> set[str]:
        """Which tables took the news, of those that are what their models say."""
        inputs = write_parquet(tables, tmp_path / "in")
        variables = {"input_location": str(inputs), "as_of": f"{AS_OF + timedelta(hours=hour)}"}
        nodes = ["input_web_events", "stg_as_of", "stg_changed_web_events", *models, "int_touched_users"]
        built = build(own.database, variables, "--select", " ".join(nodes))
        assert built.succeeded, built.text
        assert built.value("select as_of from stg_as_of") == AS_OF + timedelta(hours=hour)
        with connect(own.database) as connection:
            find_inputs(connection)
            # it would name who asked to be erased
            assert connection.execute("select count(*) from stg_changed_web_events").fetchone() == (0,)
            for name, sql in models.items():
                columns = ", ".join(
                    column for column, *_ in connection.execute(f"describe {name}").fetchall()
                )
                for one, other in ((name, f"({sql})"), (f"({sql})", name)):
                    query = f"(select {columns} from {one} except all select {columns} from {other})"
                    assert connection.execute(f"select * from {query} limit 3").fetchall() == [], name
        comments = "select table_name from duckdb_tables() where comment not like '% None'"
        return {name for (name,) in built.query(comments)}

    first = events[0]
    events += [
        first | {"event_id": f"v{number}", "anonymous_id": None, "user_id": f"u{number % 30}"}
        for number in range(900)
    ]
    # known by the device alone
    events[:] = [event | {"user_id": None} if event["user_id"] == "u13" else event for event in events]
    # where much has come all is made
    assert one_round(0) == set()
    (changed,) = [event for event in events if event["event_id"] == "w50"]
    changed |= {"dwell_seconds": -1.0, "session_id": "another"}
    events.remove(next(event for event in events if event["user_id"] == "u9"))
    anonymous = first | {"user_id": None, "anonymous_id": "device13"}
    events += [
        first | {"event_id": "late", "occurred_at": AS_OF - timedelta(days=20)},
        first | {"event_id": "too early", "occurred_at": AS_OF + timedelta(minutes=90)},
        # the same row twice, and a device's that its user is known by
        *[anonymous | {"event_id": "unknown user", "occurred_at": AS_OF}] * 2,
        # takes an addition back that came before
        *(
            first | {"event_id": kind, "user_id": "u11", "event_type": kind, "occurred_at": AS_OF}
            for kind in ("cart_add", "cart_remove")
        ),
        # bots are set aside, and all that they did in that minute
        *(
            first
            | {"event_id": f"b{number}", "anonymous_id": "device7", "user_id": "u7", "occurred_at": AS_OF}
            for number in range(101)
        ),
        first | {"event_id": "o'dd", "anonymous_id": "de'vice", "user_id": "nobody"},
    ]
    assert one_round(1) == set(made_of_news)
    of_bots = "select count(*) from rejected_web_events where event_id like 'b%'"
    assert own.value(of_bots) == 101
    # nothing came but time
    assert one_round(2) == set(made_of_news)
    assert own.value("select count(*) from stg_web_events where event_id = 'too early'") == 1
    # one id of two visitors, then news of one of them alone
    events.append(first | {"anonymous_id": "device20", "user_id": "u20"})
    events.append(
        first | {"event_id": "b0", "anonymous_id": "device7", "user_id": "u7", "occurred_at": AS_OF}
    )
    assert one_round(3) == set(made_of_news)
    events.append(first | {"event_id": "new", "anonymous_id": "device20", "user_id": "u20"})
    assert one_round(4) == set()
    events.append(first | {"event_id": "newer", "anonymous_id": "device21", "user_id": "u21"})
    tables["erasure_requests"].append({"user_id": "u15", "requested_at": AS_OF})
    assert one_round(5) == set(made_of_news)
    # as if the run had ended before the last of these tables
    events.append(first | {"event_id": "newest", "anonymous_id": "device22", "user_id": "u22"})
    left_behind = {"int_daily_visits": models.pop("int_daily_visits")}
    one_round(6)
    models |= left_behind
    events.append(first | {"event_id": "last", "anonymous_id": "device23", "user_id": "u23"})
    assert one_round(7) == set(made_of_news) - {"int_daily_visits"}
