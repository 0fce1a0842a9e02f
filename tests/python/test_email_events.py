"""Opens and clicks that no person made reach nothing: one model says who made them, and all others read that one."""

import re

from warehouse import manifest

# from the input to the model that tells people from machines, with what counts rows or asks for refusals alone
MAY_READ = {
    "input_email_events": {"input_fingerprint", "input_validation_results", "typed_email_events", "stg_as_of"}
    | {"input_contract", "input_row_counts", "input_history"},
    "typed_email_events": {"checked_email_events", "int_email_outcomes", "int_chosen_frequencies"}
    # whom a message is for any event of it tells
    | {"int_message_addressees"},
    "checked_email_events": {"stg_email_events", "rejected_email_events", "email_event_counts"}
    # whether a message went out is told by any event of it, whoever made it
    | {"int_answered_messages"},
    "rejected_email_events": {"input_row_counts"},
    "stg_email_events": {"int_email_events", "int_chosen_frequencies", "input_row_counts", "readiness"},
}
# ask neither for opens nor for clicks: these are no refusals
REFUSALS = ("int_email_outcomes", "int_chosen_frequencies")


def test_raw_opens_and_clicks_feed_no_feature_no_list_and_no_metric():
    models = {node.name: node for node in manifest({}).nodes.values() if node.resource_type == "model"}
    for name, allowed in MAY_READ.items():
        unique_id = models[name].unique_id
        readers = {reader for reader, node in models.items() if unique_id in node.depends_on.nodes}
        assert readers <= allowed, f"{readers - allowed} read {name}: ask int_email_events.is_machine instead"
    for name in REFUSALS:
        assert not {word for word in ("'open'", "'click'") if word in models[name].raw_code}
    # who asks for opens or clicks of int_email_events asks who made them; a list of all that was shown asks for neither
    events = models["int_email_events"].unique_id
    readers = [name for name, node in models.items() if events in node.depends_on.nodes]
    assert len(readers) > 5
    for name in readers:
        asks = bool(re.search(r"event_type (=|in \() ?'(open|click)'", models[name].raw_code))
        assert "is_machine" in models[name].raw_code or not asks, name


def test_no_metric_can_stop_an_email():
    nodes = {name: node for name, node in manifest({}).nodes.items() if node.resource_type == "model"}
    before, waiting = set(), ["model.recmail.email_queue"]
    while waiting:
        for parent in nodes[waiting.pop()].depends_on.nodes:
            if parent in nodes and parent not in before:
                before.add(parent)
                waiting.append(parent)
    rooms = {nodes[unique_id].config.schema for unique_id in before}
    assert "messages" in rooms and not rooms & {"attribution", "metrics"}
    # of the log emails read what was sent, and for what: for caps, what is over and adaptive experiments; and what was
    # shown, for rotation, follow-ups and clicks of people on items, which move items in lists by a bounded factor;
    # nothing that was measured
    log = "model.recmail.stg_send_log"
    assert [name for name in sorted(before) if log in nodes[name].depends_on.nodes] == [
        "model.recmail.int_answered_messages",
        "model.recmail.int_answered_slots",
        "model.recmail.int_email_outcomes",
        "model.recmail.int_experiment_touches",
        "model.recmail.int_mailed_items",
        "model.recmail.int_message_fates",
    ]
