"""The dashboard: what it shows beside what the marts hold, read by a browser that has no network."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from warehouse import ROOT

from dashboard.cli import dashboard
from dashboard.page import page, vega
from dashboard.read import READ, read
from recmail.quality_page import csp_hash

TOOLS = ROOT / "email_tools"
CHROMIUM = shutil.which("chromium")
HOSTILE = "</script><img src=x onerror='window.injected=1'>\"&\u2028{{7*7}}`${1}"
RELATIONS = sorted({name for names in READ.values() for name in names})
WEEK = "sent_date between date '2017-12-25' and date '2017-12-31'"

needs_browser = pytest.mark.skipif(
    not (TOOLS / "node_modules" / ".installed").exists() or not CHROMIUM or not shutil.which("node"),
    reason="needs node, npm packages and Chromium: `make email-tools` installs them",
)


@pytest.fixture(scope="module")
def marts(demo, tmp_path_factory) -> Path:
    """The demo's marts, with what it has none of: other triggers and segments, training, moves, and hostile names."""
    path = tmp_path_factory.mktemp("marts") / "w.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(f"attach '{demo.database}' as demo (read_only)")
        for name, schema in connection.execute(
            "select table_name, table_schema from information_schema.tables "
            "where table_catalog = 'demo' and list_contains($names, table_name)",
            {"names": RELATIONS},
        ).fetchall():
            connection.execute(f'create schema if not exists "{schema}"')
            connection.execute(f'create table "{schema}"."{name}" as from demo."{schema}"."{name}"')
        connection.execute(
            """
            insert into metrics.email_performance_daily by name
            select * replace ('cart_abandonment' as trigger_type, 'vip' as segment)
            from metrics.email_performance_daily where arm = 'product';
            insert into metrics.email_performance_daily by name
            select * replace (getvariable('hostile') as trigger_type, getvariable('hostile') as segment)
            from metrics.email_performance_daily where arm = 'emotion' and trigger_type = 'recommendations';
            insert into email.decision_waterfall by name
            select 'hold' as decision, getvariable('hostile') as reason, null as trigger_type, 7 as user_count,
                max(as_of) as as_of
            from email.decision_waterfall;
            insert into metrics.experiment_results by name
            select * replace (getvariable('hostile') as experiment, getvariable('hostile') as arm)
            from metrics.experiment_results where arm = 'product';
            insert into metrics.recommendation_performance_daily by name
            select * replace (getvariable('hostile') as strategy)
            from metrics.recommendation_performance_daily where strategy = 'trending' and context = 'home';
            insert into metrics.attributed_revenue by name
            select * replace (getvariable('hostile') as trigger_type, 'trigger_holdout' as holdout)
            from metrics.attributed_revenue where trigger_type = 'all';
            insert into metrics.recommendation_accuracy by name
            select 'run ' || cut as run_id, subject, model, cut + interval 0 second as cut, 14 as label_days,
                'all' as dimension, 'all' as dimension_value, 900 as user_count, metric,
                0.1 + month(cut) / 100 as metric_value, false as is_newest_run
            from
                (values ('recommendations', 'recall_at_10'), ('order_30d', 'auc'), ('churn', 'auc'))
                as tasks (subject, metric),
                (values ('challenger'), ('champion'), (getvariable('hostile'))) as models (model),
                (values (timestamp '2017-10-02'), (timestamp '2017-11-06'), (timestamp '2017-12-04')) as cuts (cut);
            insert into metrics.segment_migrations
            select 'rfm_group', before.segment, after.segment, before.user_count, timestamp '2018-01-01'
            from metrics.segment_migrations as before, metrics.segment_migrations as after
            where before.scheme = 'rfm_group' and after.scheme = 'rfm_group' and before.segment < after.segment
                and length(before.segment) = length(after.segment);
            """.replace("getvariable('hostile')", "'" + HOSTILE.replace("'", "''") + "'")
        )
    return path


@pytest.fixture(scope="module")
def empty(marts) -> Path:
    """A first build: no email left, nothing was shown or trained."""
    path = marts.with_name("empty.duckdb")
    shutil.copyfile(marts, path)
    with duckdb.connect(path) as connection:
        for (name,) in connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_name <> 'metric_alerts'"
        ).fetchall():
            connection.execute(f"delete from {name}")
    return path


def written(database: Path) -> Path:
    out = database.with_suffix(".html")
    outcome = CliRunner().invoke(dashboard, ["--database", str(database), "--out", str(out)])
    assert outcome.exit_code == 0, outcome.output
    return out


@pytest.fixture(scope="module")
def file(marts) -> Path:
    return written(marts)


@pytest.fixture(scope="module")
def text(file) -> str:
    return file.read_text("utf-8")


def in_browser(file: Path, *choices: str) -> dict:
    done = subprocess.run(
        ["node", str(TOOLS / "check.mjs"), "dashboard", CHROMIUM, str(file), "", *choices],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def seen(file) -> dict:
    return in_browser(file, "period=Last 13", "trigger=recomm", "measure=Revenue per")


@pytest.fixture(scope="module")
def seen_empty(empty) -> dict:
    return in_browser(written(empty))


def rows_of(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def agree(shown: list[list[str]], held: list[tuple]) -> None:
    """Texts are the same; numbers differ by half of the last digit shown at most, in whichever order rows stand."""

    def same(text: str, value: object) -> bool:
        if value is None:
            return text == "–"
        if isinstance(value, str):
            return text == value
        digits = text.rstrip("%")
        unit = 10.0 ** -len(digits.partition(".")[2]) / (100 if text.endswith("%") else 1)
        number = float(digits.replace(",", "")) / (100 if text.endswith("%") else 1)
        return abs(number - float(value)) <= unit / 2 * 1.0001

    rest = list(shown)
    assert len(rest) == len(held)
    for row in held:
        found = [line for line in rest if len(line) == len(row) and all(map(same, line, row))]
        assert found, f"the page has no row {row} among {rest[:5]}"
        rest.remove(found[0])


def columns(table: list[list[str]], *places: int) -> list[list[str]]:
    return [[line[place] for place in places] for line in table]


RATES = """
    sum(sent_count), sum(delivered_count) / sum(sent_count), sum(opened_count) / sum(delivered_count),
    sum(clicked_count) / sum(delivered_count), sum(converted_count) / sum(delivered_count), sum(revenue_amount),
    sum(revenue_amount) / sum(delivered_count), sum(unsubscribed_count) / sum(delivered_count),
    sum(complained_count) / sum(delivered_count)
"""


@needs_browser
def test_nothing_is_asked_for_logged_or_run(seen, seen_empty):
    for view in (seen, seen_empty):
        assert (
            view["requests"] == [] and view["errors"] == [] and not view["injected"] and view["scripts"] == 3
        )


@needs_browser
def test_axe_finds_nothing_in_either_scheme_at_any_width(seen, seen_empty):
    for view in (seen, seen_empty):
        assert len(view["violations"]) == 6
        assert {name: rules for name, rules in view["violations"].items() if rules} == {}
        assert set(view["overflow"].values()) == {0}
        assert view["headings"].count("H1") == 1 and view["headings"][0] == "H1"


@needs_browser
def test_overview_shows_last_week_beside_the_week_before(seen, marts):
    held = rows_of(marts, f"select {RATES} from metrics.email_performance_daily where {WEEK}")
    agree([[now for now, _ in seen["first"]["tiles"].values()]], held)
    before = rows_of(
        marts,
        f"select {RATES} from metrics.email_performance_daily "
        "where sent_date between date '2017-12-18' and date '2017-12-24'",
    )
    agree([[text.partition(" ")[0] for _, text in seen["first"]["tiles"].values()]], before)
    change = float(held[0][0]) / float(before[0][0]) - 1
    assert seen["first"]["tiles"]["sent_count"][1].endswith(f", {change:+.1%}")
    assert seen["first"]["status"].startswith(
        "Last week, 2017-12-25 to 2017-12-31, all triggers, all segments"
    )


@needs_browser
def test_tables_show_what_the_marts_hold(seen, marts):
    tables = seen["first"]["tables"]

    def held(sql: str) -> list[tuple]:
        return rows_of(marts, sql)

    emails = "from metrics.email_performance_daily"
    agree(tables["by_trigger"], held(f"select trigger_type, {RATES} {emails} where {WEEK} group by all"))
    agree(tables["by_segment"], held(f"select segment, {RATES} {emails} where {WEEK} group by all"))
    agree(
        tables["trend"],
        held(
            f"select cast(cast(date_trunc('week', sent_date) as date) as varchar) as week, {RATES} {emails} "
            "where sent_date between date '2017-11-06' and date '2017-12-31' group by week"
        ),
    )
    agree(
        columns(tables["claimed"], 0, 3, 4, 7, 8, 9, 10, 11, 12, 13),
        held(
            "select case trigger_type when 'all' then 'all triggers' else trigger_type end, claimed_amount, "
            "mailed_user_count, claimed_in_window_amount, caused_in_window_amount, "
            "caused_per_user_low * mailed_user_count, caused_per_user_high * mailed_user_count, caused_share, "
            "caused_share_low, caused_share_high from metrics.attributed_revenue"
        ),
    )
    shown = (
        "from metrics.recommendation_performance_daily where shown_date between '2017-12-25' and '2017-12-31'"
    )
    sums = "sum(impression_count), sum(click_count), sum(click_count) / sum(impression_count)"
    agree(
        columns(tables["contexts"], 0, 1, 2, 3, 6, 7),
        held(
            "select case context when 'TOTAL' then 'all contexts' else replace(context, '_', ' ') end, "
            f"{sums}, sum(revenue_amount), 1000 * sum(revenue_amount) / sum(impression_count) {shown} "
            "and position is null group by context"
        ),
    )
    agree(
        columns(tables["strategies"], 0, 1, 2, 3, 4),
        held(
            f"select replace(context, '_', ' '), replace(strategy, '_', ' '), {sums} {shown} "
            "and position is not null group by context, strategy"
        ),
    )
    agree(
        tables["positions"],
        held(
            f"select replace(context, '_', ' '), position, {sums} {shown} and position > 0 group by context, position"
        ),
    )
    agree(
        columns(tables["experiment_1"] + tables["experiment_2"], 1, 3, 4, 6, 7, 8),
        held(
            "select arm, user_count, estimate, lift, sequential_lift_low, sequential_lift_high "
            "from metrics.experiment_results"
        ),
    )
    agree(
        columns(tables["coverage"], 0, 2, 3, 4, 5, 6, 7, 8),
        held(
            "select cast(week_start_date as varchar), impression_count, shown_item_count, catalog_item_count, "
            "coverage, novelty, serendipity, diversity from metrics.catalog_coverage_weekly "
            "where week_start_date < '2018-01-01'"
        ),
    )
    agree(
        columns(tables["accuracy_recall"] + tables["accuracy_auc"], 2, 4, 5),
        held(
            "select replace(model, '_', ' '), metric_value, user_count from metrics.recommendation_accuracy"
        ),
    )
    agree(
        tables["rfm_groups"],
        held(
            "select replace(rfm_group, '_', ' '), count(*), count(*) / sum(count(*)) over () "
            "from metrics.user_value group by rfm_group"
        ),
    )
    agree(
        columns(tables["rfm_moves"], 0, 1, 2),
        held(
            "select replace(previous_segment, '_', ' '), replace(segment, '_', ' '), user_count "
            "from metrics.segment_migrations where scheme = 'rfm_group' and previous_segment is not null"
        ),
    )
    agree(
        columns(tables["rejected"], 0, 1, 2, 5),
        held(
            "select replace(table_name, '_', ' '), input_row_count, staged_row_count, rejected_row_count "
            "from staging.input_row_counts"
        ),
    )
    agree(
        columns(tables["events"], 0, 1, 4),
        held("select event_type, made_by, event_count from metrics.email_event_counts"),
    )
    agree(
        tables["gate"],
        held(
            "select severity, count(*), count(*) filter (where not is_success) "
            "from gate.input_validation_results group by severity"
        ),
    )
    agree(
        columns(tables["readiness"], 0, 1),
        held("select distinct kind, replace(capability, '_', ' ') from metrics.readiness"),
    )


@needs_browser
def test_waterfall_adds_up(seen, marts):
    steps = seen["first"]["tables"]["waterfall"]
    counts = [int(count.replace(",", "")) for _, _, count in steps]
    assert counts[0] == sum(counts[1:]) and steps[-1][0] == "to be mailed"
    held = "select replace(reason, '_', ' '), sum(user_count) from email.decision_waterfall"
    agree(columns(steps[1:-1], 0, 2), rows_of(marts, f"{held} where decision = 'hold' group by all"))
    assert seen["tooltip"] == f"Stepall usersUsers{steps[0][2]}"


@needs_browser
def test_filters_work_by_keyboard(seen, marts):
    assert seen["unreachable"] == []
    filtered = seen["filtered"]
    assert filtered["status"].startswith(
        "Last 13 weeks, 2017-10-02 to 2017-12-31, recommendations, all segments"
    )
    wanted = "trigger_type = 'recommendations' and sent_date between date '2017-10-02' and date '2017-12-31'"
    held = rows_of(marts, f"select {RATES} from metrics.email_performance_daily where {wanted}")
    agree([[now for now, _ in filtered["tiles"].values()]], held)
    agree(columns(filtered["tables"]["waterfall"], 2)[:1], rows_of(
        marts, "select sum(user_count) from email.decision_waterfall where trigger_type = 'recommendations'"
    ))  # fmt: skip
    assert len(filtered["tables"]["trend"]) == filtered["marks"]["trend"] == 12
    # a trigger's own chart has the others beside it
    assert len(filtered["tables"]["by_trigger"]) == filtered["marks"]["by_trigger"] == 3
    assert len(filtered["tables"]["by_segment"]) == 1


@needs_browser
def test_hostile_names_are_shown_as_they_are(seen):
    tables = seen["first"]["tables"]
    for name in (
        "by_trigger",
        "by_segment",
        "claimed",
        "strategies",
        "experiment_1",
        "accuracy_recall",
        "waterfall",
    ):
        place = {"strategies": 1, "experiment_1": 1, "accuracy_recall": 2}.get(name, 0)
        assert HOSTILE in [line[place] for line in tables[name]], name
    # a mark each: the chart has what its table has
    assert seen["first"]["marks"]["by_trigger"] == 3 and seen["first"]["marks"]["accuracy_recall"] >= 9
    assert seen["first"]["marks"]["rfm_moves"] == len(tables["rfm_moves"])


@needs_browser
def test_a_first_build_says_what_there_is_none_of(seen_empty):
    said = seen_empty["first"]["sentences"]
    assert all(said.values()), said
    assert said["trend"] == "No email was sent in these weeks."
    assert "make train" in said["accuracy_recall"] and "second build" in said["rfm_moves"]
    assert seen_empty["first"]["status"].endswith("no email was sent.")
    assert not any(seen_empty["first"]["marks"].values())
    assert {now for now, _ in seen_empty["first"]["tiles"].values()} == {"–"}


def test_page_is_the_same_byte_for_byte(marts, text):
    assert page(read(marts)) == text
    assert str(marts.parent) not in text
    assert not marts.with_name(".w.html.unfinished").exists()


def test_nothing_in_it_is_anybodys(text):
    """Addresses are counted, never shown; ids of users are in no set of rows."""
    [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    rows = json.loads(data)["rows"]
    assert {"emails", "waterfall", "experiments"} <= rows.keys()
    assert not any({"user_id", "email", "message_id"} & set(held["columns"]) for held in rows.values())
    own = text.replace(str(vega()), "")
    assert re.findall(r"[\w.]+@[\w.]+\.(?:com|example|test)", own) == []


def test_policy_lets_in_the_pages_own_scripts_alone(text):
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', text)[1]
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 2
    assert policy == (
        f"default-src 'none'; style-src '{csp_hash(style)}'; script-src '{csp_hash(scripts[0])}' "
        f"'{csp_hash(scripts[1])}'; base-uri 'none'; form-action 'none'"
    )


def test_synthetic_data_is_called_so(marts, text):
    count = rows_of(marts, "select count(email) from staging.stg_users")[0][0]
    assert f"<strong>Synthetic data.</strong> {count:,} of {count:,} users" in text
    assert "(synthetic data)</title>" in text


def test_what_was_not_built_is_named(marts, tmp_path):
    path = tmp_path / "part.duckdb"
    shutil.copyfile(marts, path)
    with duckdb.connect(path) as connection:
        connection.execute(
            "drop table metrics.metric_alerts; drop table metrics.user_value; delete from staging.stg_users"
        )
    text = page(read(path))
    assert "ynthetic data" not in text
    assert "Not in this database: <code>user_value</code>" in text
    assert text.count("<code>metric_alerts</code>") >= 6
    assert "No build has said as of when." in text


def test_two_builds_in_one_file_are_no_answer(marts, tmp_path):
    path = tmp_path / "twice.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("create schema a; create schema b")
        connection.execute("create table a.readiness (kind int); create table b.readiness (kind int)")
    outcome = CliRunner().invoke(dashboard, ["--database", str(path), "--out", str(tmp_path / "page.html")])
    assert outcome.exit_code == 1
    assert "readiness is in more than one schema (a, b)" in outcome.output
