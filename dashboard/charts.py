"""The charts, as Altair specifications without rows: the page's script hands them the rows that the filters leave.

Colours are the page's own (`var(--…)`), so that one drawing suits light, dark and print.
"""

import altair as alt

INK, SOFT, LINE = "var(--ink)", "var(--soft)", "var(--line)"
HUES = [f"var(--hue-{number})" for number in range(1, 7)]
ROWS = alt.NamedData("rows")
# bars, lines and points of one kind
HEIGHT = 220  # px
STEP = 26  # px a row
# longer names on a wide page
LABEL_LIMIT = alt.ExprRef("containerSize()[0] < 420 ? 100 : 190")
CONFIG = alt.Config(
    background="transparent",
    font="system-ui, sans-serif",
    view=alt.ViewConfig(stroke=None),
    axis=alt.AxisConfig(
        labelColor=SOFT, titleColor=SOFT, gridColor=LINE, domainColor=LINE, tickColor=LINE, labelLimit=130,
        labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
    ),
    legend=alt.LegendConfig(
        labelColor=INK, titleColor=SOFT, orient="top", columns=2, labelFontSize=12, labelLimit=130, title=None,
        symbolStrokeWidth=2,
    ),
    header=alt.HeaderConfig(labelColor=INK, title=None, labelFontSize=12),
    range=alt.RangeConfig(category=HUES),
    bar=alt.BarConfig(fill=HUES[0]),
    line=alt.LineConfig(strokeWidth=2),
    text=alt.MarkConfig(fill=INK, fontSize=12),
)  # fmt: skip


def finished(chart: alt.Chart | alt.LayerChart, by: str | None = None, step: int = STEP) -> dict:
    """As wide as its place on the page. With `by` the script makes it `step` px high for each value of this column:
    Vega-Lite's own steps write a warning to the console, since they fit no height."""
    sized = chart.properties(data=ROWS, width="container", height=HEIGHT)
    if by:
        sized = sized.properties(usermeta={"by": by, "step": step})
    return sized.configure(**CONFIG.to_dict()).to_dict()


def tooltips(*fields: tuple[str, str, str]) -> list[alt.Tooltip]:
    """Of (field, title, d3 format or '' for text)."""
    return [
        alt.Tooltip(field, type="quantitative", title=title, format=form)
        if form
        else alt.Tooltip(field, type="nominal", title=title)
        for field, title, form in fields
    ]


def week_axis(field: str = "week") -> alt.X:
    return alt.X(
        f"{field}:T",
        timeUnit="utcyearmonthdate",
        title=None,
        axis=alt.Axis(
            format="%d %b %y",
            values=alt.ExprRef("ticks"),
            grid=False,
            labelOverlap="greedy",
            labelFlush=False,
            labelSeparation=8,
        ),
        scale=alt.Scale(padding=12),
    )


# The script puts what is measured into `value`, and how it is written into `value_text`.
MEASURED = [alt.Tooltip("measure:N", title="Measure"), alt.Tooltip("value_text:N", title="Value")]


def measured_axis(channel: type, **options) -> alt.X | alt.Y:
    return channel(
        "value:Q",
        title=None,
        axis=alt.Axis(labelExpr="format(datum.value, kind == 'rate' ? '.1~%' : '~s')", tickCount=5),
        scale=alt.Scale(zero=True, nice=True),
        **options,
    )


# The script sets them: how values are written, and the days that there are rows of.
KIND = alt.param(name="kind", value="count")
TICKS = alt.param(name="ticks", value=[])


def trend() -> dict:
    """A measure of emails by week."""
    base = alt.Chart().encode(
        x=week_axis(),
        y=measured_axis(alt.Y),
        tooltip=[
            alt.Tooltip("week:N", title="Week from"),
            *MEASURED,
            alt.Tooltip("sent_count:Q", title="Sent", format=","),
        ],
    )
    line = base.mark_line(stroke=HUES[0])
    return finished(
        alt.layer(line, base.mark_circle(size=60, fill=HUES[0], opacity=1)).add_params(KIND, TICKS)
    )


def measured_by(field: str, title: str) -> dict:
    """A measure of emails by what they were sent for, or to whom."""
    bars = alt.Chart().mark_bar(cornerRadiusEnd=2)
    return finished(
        bars.encode(
            x=measured_axis(alt.X),
            y=alt.Y(f"{field}_text:N", title=None, sort=alt.EncodingSortField("value", order="descending")),
            tooltip=[
                alt.Tooltip(f"{field}_text:N", title=title),
                *MEASURED,
                alt.Tooltip("sent_count:Q", title="Sent", format=","),
            ],
        ).add_params(KIND),
        f"{field}_text",
    )


def bars(
    field: str, value: str, form: str, tooltip: list[alt.Tooltip], axis_title: str | None = None
) -> dict:
    """Horizontal bars in the order of the rows."""
    return finished(
        alt.Chart()
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X(f"{value}:Q", title=axis_title, axis=alt.Axis(format=form, tickCount=5)),
            y=alt.Y(f"{field}:N", title=None, sort=None),
            tooltip=tooltip,
        ),
        field,
    )


def claimed() -> dict:
    """Claimed beside caused, by trigger; the interval of what was caused as a line."""
    bar = (
        alt.Chart()
        .transform_calculate(what="'claimed'")
        .mark_bar(size=10, yOffset=-7, cornerRadiusEnd=2)
        .encode(
            x=alt.X(
                "claimed_in_window_amount:Q",
                title="Revenue of the window",
                axis=alt.Axis(format=",.0f", tickCount=5),
            ),
            color=hue("what", ["claimed", "caused"]),
        )
    )
    point = (
        alt.Chart()
        .transform_calculate(what="'caused'")
        .mark_point(yOffset=6, filled=True, size=80, opacity=1, shape="diamond")
        .encode(x="caused_in_window_amount:Q", color=hue("what", ["claimed", "caused"]))
    )
    interval = (
        alt.Chart()
        .mark_rule(yOffset=6, stroke=HUES[1], strokeWidth=2)
        .encode(x="caused_low_amount:Q", x2="caused_high_amount:Q")
    )
    nothing = alt.Chart().mark_rule(stroke=SOFT, strokeDash=[3, 3]).encode(x=alt.datum(0))
    tooltip = tooltips(
        ("row_text", "Trigger", ""),
        ("claimed_in_window_amount", "Claimed", ",.0f"),
        ("caused_in_window_amount", "Caused", ",.0f"),
        ("caused_low_amount", "… at least", ",.0f"),
        ("caused_high_amount", "… at most", ",.0f"),
        ("verdict_text", "Verdict", ""),
    )
    layers = [layer.encode(tooltip=tooltip) for layer in (bar, interval, point)]
    by_row = alt.Y("row_text:N", title=None, sort=None, axis=alt.Axis(labelLimit=LABEL_LIMIT))
    return finished(alt.layer(nothing, *(layer.encode(y=by_row) for layer in layers)), "row_text", 44)


def hue(field: str, names: list[str] | None = None) -> alt.Color:
    """One of at most six hues; further names share them, and the tooltip says which it is."""
    scale = alt.Scale(domain=names, range=HUES[: len(names)]) if names else alt.Scale(range=HUES)
    return alt.Color(f"{field}:N", title=None, scale=scale, sort=names or None)


def lines_over_time(x: str, y: str, form: str, field: str, tooltip: list[alt.Tooltip]) -> dict:
    """With days (`x`) from left to right."""
    return finished(lines(week_axis(x), y, form, field, tooltip).add_params(TICKS))


def lines_by_place(y: str, form: str, field: str, tooltip: list[alt.Tooltip]) -> dict:
    """With the places of a list from left to right."""
    x = alt.X("position:O", title="Place", axis=alt.Axis(labelAngle=0))
    return finished(lines(x, y, form, field, tooltip))


def lines(x: alt.X, y: str, form: str, field: str, tooltip: list[alt.Tooltip]) -> alt.LayerChart:
    """A line per name, told by hue and by the shape of its points."""
    base = alt.Chart().encode(
        x=x,
        y=alt.Y(f"{y}:Q", title=None, axis=alt.Axis(format=form, tickCount=5), scale=alt.Scale(zero=True)),
        tooltip=tooltip,
    )
    # a stroke of its own, so that the points' legend tells both, hue and shape
    line = base.mark_line().encode(
        stroke=alt.Stroke(f"{field}:N", sort=None, scale=alt.Scale(range=HUES), legend=None)
    )
    points = base.mark_point(size=45, filled=True, opacity=1).encode(
        color=hue(field), shape=alt.Shape(f"{field}:N", sort=None, title=None)
    )
    return alt.layer(line, points)


def lifts() -> dict:
    """Of one experiment: lift of each metric and arm with its always-valid interval, cut off at ±100 %."""
    x_axis = alt.X(
        "sequential_lift_low:Q",
        title="Lift over the baseline",
        axis=alt.Axis(labelExpr="datum.value == 0 ? '0' : format(datum.value, '+.0%')", tickCount=5),
        scale=alt.Scale(domain=[-1, 1], clamp=True),
    )
    tooltip = tooltips(
        ("arm_metric", "Arm and metric", ""),
        ("lift", "Lift", "+.1%"),
        ("sequential_lift_low", "… at least", "+.1%"),
        ("sequential_lift_high", "… at most", "+.1%"),
        ("verdict_text", "Verdict", ""),
    )
    base = alt.Chart().encode(
        y=alt.Y("arm_metric:N", title=None, sort=None, axis=alt.Axis(labelLimit=LABEL_LIMIT)), tooltip=tooltip
    )
    rule = base.mark_rule(strokeWidth=3, stroke=HUES[0]).encode(x=x_axis, x2="sequential_lift_high:Q")
    point = base.mark_point(filled=True, size=90, opacity=1, fill=HUES[1], shape="diamond").encode(x="lift:Q")
    nothing = alt.Chart().mark_rule(stroke=SOFT, strokeDash=[3, 3]).encode(x=alt.datum(0))
    return finished(alt.layer(nothing, rule, point), "arm_metric")


def moves() -> dict:
    """How many users went from one RFM group to another."""
    return finished(
        alt.Chart()
        .mark_circle(fill=HUES[0], opacity=0.9)
        .encode(
            x=alt.X("segment_text:N", title="to", axis=alt.Axis(labelAngle=-40, orient="top", grid=True)),
            y=alt.Y("previous_text:N", title="from", axis=alt.Axis(grid=True)),
            size=alt.Size("user_count:Q", legend=None, scale=alt.Scale(range=[20, 500])),
            tooltip=tooltips(
                ("previous_text", "From", ""), ("segment_text", "To", ""), ("user_count", "Users", ",")
            ),
        ),
        "previous_text",
    )


def waterfall() -> dict:
    """From all users over each reason to hold one to those who are to be mailed."""
    return finished(
        alt.Chart()
        .mark_bar()
        .encode(
            x=alt.X("bar_start:Q", title="Users", axis=alt.Axis(format=",.0f", tickCount=5)),
            x2="bar_end:Q",
            y=alt.Y("step_text:N", title=None, sort=None),
            color=hue("kind", ["users", "held", "mailed"]),
            tooltip=tooltips(("step_text", "Step", ""), ("user_count", "Users", ",")),
        ),
        "step_text",
    )


def readiness() -> dict:
    """How many of each kind are on."""
    return finished(
        alt.Chart()
        .mark_bar()
        .encode(
            x=alt.X("capability_count:Q", title=None, axis=alt.Axis(format="d", tickMinStep=1)),
            y=alt.Y("kind:N", title=None),
            color=hue("status_text", ["on", "thin", "off", "switched off"]),
            tooltip=tooltips(("kind", "Kind", ""), ("status_text", "Status", ""), ("capability_count", "Number", "d")),
        ),
        "kind",
    )  # fmt: skip
