"""What the page says of emails: how they did, what they caused, who got none."""

from dashboard import charts
from dashboard.figures import MEASURES, Figure, Section


def overview() -> Section:
    return Section(
        "overview",
        "Emails by week",
        "Weeks run from Monday to Sunday (UTC) and hold the emails sent in them; what a person, not a machine, did "
        "counts with the email's week, whenever it was. Revenue is claimed by last touch: see what was caused below.",
        [
            Figure(
                "trend",
                "by week, of the trigger and segment chosen",
                "email_weeks",
                [("week", "Week from", "text"), *MEASURES],
                "No email was sent in these weeks.",
                charts.trend(),
                {"week": "trend", "trigger_type": "trigger", "segment": "segment"},
                is_measured=True,
            ),
        ],
    )


def by_trigger() -> Section:
    none = "No email was sent in this period."
    return Section(
        "triggers",
        "By trigger and segment",
        "What the emails were sent for, and to whom, in the period chosen.",
        [
            Figure(
                "by_trigger",
                "by trigger, of the segment chosen",
                "emails",
                [("trigger_text", "Trigger", "text"), *MEASURES],
                none,
                charts.measured_by("trigger", "Trigger"),
                {"weeks": "period", "is_before": "now", "trigger_type": "each", "segment": "segment"},
                is_measured=True,
            ),
            Figure(
                "by_segment",
                "by segment, of the trigger chosen",
                "emails",
                [("segment_text", "Segment", "text"), *MEASURES],
                none,
                charts.measured_by("segment", "Segment"),
                {"weeks": "period", "is_before": "now", "trigger_type": "trigger", "segment": "each"},
                is_measured=True,
            ),
        ],
    )


def claimed() -> Section:
    return Section(
        "claimed",
        "Claimed and caused",
        "An email claims the orders of whoever opened or clicked it; what it caused is told by those who would have "
        "got it and did not. Lines are intervals of 95 %: one that crosses 0 can't be told from nothing.",
        [
            Figure(
                "claimed",
                "Revenue claimed by last touch (bar) and caused (diamond), all mailed users over the window",
                "claimed",
                [
                    ("trigger_text", "Trigger", "text"),
                    ("attribution_model", "Model", "text"),
                    ("held_out", "Held out", "text"),
                    ("claimed_amount", "Claimed ever", "amount"),
                    ("mailed_user_count", "Mailed", "count"),
                    ("withheld_user_count", "Held out", "count"),
                    ("contaminated_user_count", "… mailed anyway", "count"),
                    ("claimed_in_window_amount", "Claimed", "amount"),
                    ("caused_in_window_amount", "Caused", "amount"),
                    ("caused_low_amount", "… at least", "amount"),
                    ("caused_high_amount", "… at most", "amount"),
                    ("caused_share", "Caused / claimed", "number"),
                    ("caused_share_low", "… at least", "number"),
                    ("caused_share_high", "… at most", "number"),
                    ("verdict_text", "Verdict", "text"),
                ],
                "No email has claimed or caused an order yet.",
                charts.claimed(),
                drawn={"is_last_touch": True, "caused_in_window_amount": None},
            )
        ],
    )


def experiments(rows: list[dict]) -> Section:
    """A figure per experiment."""
    names = list(dict.fromkeys(row["experiment"] for row in rows))
    columns = [
        ("metric_text", "Metric", "text"), ("arm", "Arm", "text"), ("role", "Role", "text"),
        ("user_count", "Users", "count"), ("estimate", "Estimate", "number"), ("baseline", "Baseline", "number"),
        ("lift", "Lift", "change"), ("sequential_lift_low", "… at least", "change"),
        ("sequential_lift_high", "… at most", "change"), ("adjusted_p_value", "p", "number"),
        ("verdict_text", "Verdict", "text"), ("why_not_yet_text", "Why not yet", "text"),
    ]  # fmt: skip
    empty = "No experiment has begun: seeds experiments and experiment_arms define one."
    figures = [
        Figure(
            f"experiment_{number}",
            f"{name}: lift of each metric over the baseline, with its interval",
            "experiments",
            columns,
            empty,
            charts.lifts(),
            drawn={"experiment": name, "is_baseline": False, "lift": None},
        )
        for number, name in enumerate(names, 1)
    ]
    return Section(
        "experiments",
        "Experiments",
        "Intervals hold however often somebody looks; those that reach beyond ±100 % are drawn up to there. A metric "
        "that decides gives the verdict, one that guards can forbid it.",
        figures or [Figure("experiments", "Experiments", "experiments", columns, empty)],
    )


def sends() -> Section:
    return Section(
        "sends",
        "Sends and holds",
        "Every user has one decision a run: what is due first of all, and whether it is mailed or held, and why.",
        [
            Figure(
                "waterfall",
                "Users by decision of the newest run, of the trigger chosen",
                "waterfall",
                [("step_text", "Step", "text"), ("kind", "Kind", "text"), ("user_count", "Users", "count")],
                "Nobody was decided on for this trigger in the newest run.",
                charts.waterfall(),
                {"trigger_type": "trigger"},
            )
        ],
    )
