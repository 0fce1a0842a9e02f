"""What a section of the page is: its charts, and the table behind each."""

from dataclasses import dataclass, field

# (column, heading, kind): how a number is written is said by its kind, see `written` in page.py and in dashboard.js
Columns = list[tuple[str, str, str]]

MEASURES: Columns = [
    ("sent_count", "Sent", "count"),
    ("delivery_rate", "Delivery rate", "rate"),
    ("open_rate", "Open rate", "rate"),
    ("click_rate", "Click rate", "rate"),
    ("conversion_rate", "Conversion rate", "rate"),
    ("revenue_amount", "Revenue claimed", "amount"),
    ("revenue_per_email", "Revenue per email", "amount"),
    ("unsubscribe_rate", "Unsubscribe rate", "rate"),
    ("complaint_rate", "Complaint rate", "rate"),
]


@dataclass(frozen=True)
class Figure:
    """`rows` names the SQL file. `filters` says what the form does to the rows: column → the form's field that it must
    equal, or 'each' (a row of all of them is left out), or 'trend' (no earlier than the period's trend)."""

    key: str
    caption: str
    rows: str
    columns: Columns
    empty: str
    chart: dict | None = None
    filters: dict[str, str] = field(default_factory=dict)
    # column → value: of the rows, those that the chart draws; null stands for any value but null
    drawn: dict[str, object] = field(default_factory=dict)
    # whether the chart draws the measure that the form names
    is_measured: bool = False

    @property
    def label(self) -> str:
        return f"the measure {self.caption}" if self.is_measured else self.caption


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    about: str
    figures: list[Figure]
