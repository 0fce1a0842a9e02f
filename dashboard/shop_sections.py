"""What the page says of recommendations, customers, training, inputs and what is on."""

from dashboard import charts
from dashboard.charts import tooltips
from dashboard.figures import Figure, Section


def contexts() -> Section:
    shown = [("impression_count", "Impressions", "count"), ("click_count", "Clicks", "count")]
    rates = [("click_through_rate", "CTR", "rate"), ("conversion_rate", "Conversion", "rate")]
    brings = [("revenue_amount", "Revenue", "amount"), ("revenue_per_thousand", "RPK", "amount")]
    none = "Nothing recommended was shown in this period."
    tips = tooltips(
        ("context_text", "Context", ""), ("revenue_per_thousand", "RPK", ",.2f"),
        ("click_through_rate", "CTR", ".2%"), ("impression_count", "Impressions", ","),
    )  # fmt: skip
    return Section(
        "contexts",
        "Recommendations",
        "In the period chosen. An impression is an item of a delivered email, or one shown on the site; RPK is the "
        "revenue of a thousand impressions, of the items that were clicked.",
        [
            Figure(
                "contexts",
                "Revenue per thousand impressions, by context",
                "contexts",
                [
                    ("context_text", "Context", "text"),
                    *shown,
                    *rates,
                    ("add_to_cart_rate", "Into the cart", "rate"),
                    *brings,
                    ("top_3_click_share", "Clicks at 1 to 3", "rate"),
                    ("return_on_investment", "ROI", "rate"),
                ],
                none,
                charts.bars("context_text", "revenue_per_thousand", ",.0f", tips),
                {"weeks": "period"},
            ),
            Figure(
                "positions",
                "Click-through rate by place, a line per context",
                "positions",
                [
                    ("context_text", "Context", "text"),
                    ("position", "Place", "count"),
                    *shown,
                    ("click_through_rate", "CTR", "rate"),
                ],
                none,
                charts.lines_by_place(
                    "click_through_rate",
                    ".1~%",
                    "context_text",
                    tooltips(
                        ("context_text", "Context", ""), ("position", "Place", "d"),
                        ("click_through_rate", "CTR", ".2%"), ("impression_count", "Impressions", ","),
                    ),
                ),
                {"weeks": "period"},
            ),
            Figure(
                "strategies",
                "By context and strategy",
                "strategies",
                [("context_text", "Context", "text"), ("strategy_text", "Strategy", "text"), *shown, *rates, *brings],
                none,
                None,
                {"weeks": "period"},
            ),
        ],
    )  # fmt: skip


def accuracy() -> Section:
    columns = [
        ("cut_date", "Cut", "text"), ("subject_text", "Subject", "text"), ("model_text", "Model", "text"),
        ("metric_text", "Metric", "text"), ("metric_value", "Value", "number"), ("user_count", "Users", "count"),
    ]  # fmt: skip
    empty = "Nothing was trained yet: `make train` foretells what is known already and says here how well."

    def over_time(key: str, caption: str, color: str) -> Figure:
        chart = charts.lines_over_time(
            "cut_date", "metric_value", ".3~f", color,
            tooltips(("cut_date", "Cut", ""), (color, "Model", ""), ("metric_value", "Value", ".4f")),
        )  # fmt: skip
        return Figure(f"accuracy_{key}", caption, "accuracy", columns, empty, chart, drawn={"chart": key})

    return Section(
        "accuracy",
        "Accuracy over time",
        "Each run of `make train` foretells weeks that have passed from what was known before them (the cut).",
        [
            over_time("recall", "Recall at ten of recommendations, a line per model", "model_text"),
            over_time(
                "auc", "AUC of predicted orders and churn, a line per subject and model", "subject_model"
            ),
        ],
    )


def catalogue() -> Section:
    chart = charts.lines_over_time(
        "week", "coverage", ".1~%", "context_text",
        tooltips(
            ("week", "Week from", ""), ("context_text", "Context", ""), ("coverage", "Coverage", ".2%"),
            ("shown_item_count", "Items shown", ","),
        ),
    )  # fmt: skip
    return Section(
        "coverage",
        "Catalogue",
        "Coverage is the share of the items that can be shown which were shown, by week.",
        [
            Figure(
                "coverage",
                "Coverage by week, a line per context",
                "coverage",
                [
                    ("week", "Week from", "text"), ("context_text", "Context", "text"),
                    ("impression_count", "Impressions", "count"), ("shown_item_count", "Items shown", "count"),
                    ("catalog_item_count", "Items", "count"), ("coverage", "Coverage", "rate"),
                    ("novelty", "Novelty, bits", "number"), ("serendipity", "Serendipity", "rate"),
                    ("diversity", "Diversity", "number"),
                ],
                "Nothing recommended was shown in the last 52 weeks.",
                chart,
            )
        ],
    )  # fmt: skip


def customers() -> Section:
    groups = tooltips(
        ("rfm_group_text", "Group", ""), ("user_count", "Users", ","), ("user_share", "Share", ".1%")
    )
    return Section(
        "rfm",
        "Customers",
        "RFM groups by recency, frequency and money; those with the best scores first.",
        [
            Figure(
                "rfm_groups",
                "Users by RFM group now",
                "rfm_groups",
                [
                    ("rfm_group_text", "Group", "text"),
                    ("user_count", "Users", "count"),
                    ("user_share", "Share", "rate"),
                ],
                "There are no users.",
                charts.bars("rfm_group_text", "user_count", ",.0f", groups),
            ),
            Figure(
                "rfm_moves",
                "Users who went from one RFM group to another, in the 13 weeks before the newest change",
                "rfm_moves",
                [
                    ("previous_text", "From", "text"), ("segment_text", "To", "text"), ("user_count", "Users", "count"),
                    ("first_date", "First", "text"), ("last_date", "Last", "text"),
                ],
                "Nobody has changed the group yet: changes show from the second build on.",
                charts.moves(),
            ),
        ],
    )  # fmt: skip


def quality() -> Section:
    chart = charts.bars(
        "table_text", "rejected_row_count", ",.0f",
        tooltips(
            ("table_text", "Input", ""), ("rejected_row_count", "Rejected", ","), ("rejected_share", "Share", ".2%"),
            ("input_row_count", "Rows", ","),
        ),
    )  # fmt: skip
    return Section(
        "quality",
        "Data quality",
        "The gate judges whole inputs; rows that can't be used are set aside with a reason. `make quality` writes a "
        "page on both.",
        [
            Figure(
                "gate",
                "What inputs must hold, by severity",
                "gate",
                [
                    ("severity", "Severity", "text"), ("expectation_count", "Expectations", "count"),
                    ("failed_count", "Failed", "count"),
                ],
                "No run has looked at any inputs yet.",
            ),
            Figure(
                "gate_failures",
                "Expectations that failed",
                "gate_failures",
                [
                    ("severity", "Severity", "text"), ("table_name", "Input", "text"),
                    ("description", "Expected", "text"),
                    ("unexpected_count", "Rows against it", "count"),
                ],
                "None failed.",
            ),
            Figure(
                "rejected",
                "Rows set aside, by input",
                "rows",
                [
                    ("table_text", "Input", "text"), ("input_row_count", "Rows", "count"),
                    ("staged_row_count", "Used", "count"), ("cancelling_row_count", "Cancelling", "count"),
                    ("unread_row_count", "Later than as_of", "count"), ("rejected_row_count", "Set aside", "count"),
                    ("rejected_share", "Share", "rate"),
                ],
                "No input has a row.",
                chart,
                drawn={"is_any_rejected": True},
            ),
            Figure(
                "events",
                "Email events, who made them and what became of them",
                "events",
                [
                    ("event_type", "Event", "text"), ("made_by", "Made by", "text"),
                    ("machine_reason_text", "Because", "text"), ("outcome_text", "Outcome", "text"),
                    ("event_count", "Events", "count"),
                ],
                "There are no email events.",
            ),
        ],
    )  # fmt: skip


def readiness() -> Section:
    return Section(
        "readiness",
        "What is on",
        "Strategies, predictions, triggers, tests and features, and what would switch on those that are off.",
        [
            Figure(
                "readiness_counts",
                "Number by kind and status",
                "readiness_counts",
                [("kind", "Kind", "text"), ("status_text", "Status", "text"), ("capability_count", "Number", "count")],
                "Nothing is known of what is on.",
                charts.readiness(),
            ),
            Figure(
                "readiness",
                "Each of them",
                "readiness",
                [
                    ("kind", "Kind", "text"), ("capability_text", "What", "text"), ("status_text", "Status", "text"),
                    ("switched_on_by", "Switched on by", "text"),
                ],
                "Nothing is known of what is on.",
            ),
        ],
    )  # fmt: skip
