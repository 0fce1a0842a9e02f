"""Conditions of rules: what passes means what was written, and holds nothing but what a condition may hold."""

import re

import duckdb
import pytest
import sqlglot
from dbt_macros import project_macros
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import expressions as exp

MACROS = project_macros()
COLUMNS = MACROS["user_feature_columns"]()
BY_KIND = {kind: [name for name, its in COLUMNS.items() if its == kind] for kind in set(COLUMNS.values())}
FUNCTIONS = MACROS["rule_functions"]()
# what a tree of sqlglot may be made of
ALLOWED = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.DataType),
    *(
        exp.And,
        exp.Or,
        exp.Not,
        exp.EQ,
        exp.NEQ,
        exp.LT,
        exp.LTE,
        exp.GT,
        exp.GTE,
        exp.In,
        exp.Is,
        exp.Between,
    ),
    *(
        exp.Like,
        exp.NullSafeEQ,
        exp.NullSafeNEQ,
        exp.Add,
        exp.Sub,
        exp.Mul,
        exp.Div,
        exp.Neg,
        exp.Case,
        exp.If,
    ),
    *(
        exp.Cast,
        exp.Abs,
        exp.Ceil,
        exp.Floor,
        exp.Round,
        exp.Mod,
        exp.Length,
        exp.Lower,
        exp.Upper,
        exp.Concat,
    ),
    *(exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least),
)


def rewritten(condition: str) -> str | None:
    """The condition as SQL, None when it was refused, which it is with a message."""
    read = MACROS["rule_condition"](condition)
    assert (read["sql"] is None) == bool(read["problems"])
    assert all(isinstance(problem, str) and problem for problem in read["problems"])
    return read["sql"]


def assert_is_one_predicate(sql: str) -> None:
    for dialect in ("duckdb", "spark"):
        statement = sqlglot.parse_one(f"select 1 from features where {sql}", dialect=dialect)
        assert {key for key, part in statement.args.items() if part} == {"expressions", "from_", "where"}, sql
        tree = statement.args["where"].this
        for node in tree.walk():
            assert isinstance(node, ALLOWED), (type(node), sql)
            if isinstance(node, exp.Column):
                assert node.name in COLUMNS and not node.table and not node.this.quoted, sql
            assert not node.comments, sql


HOSTILE = [
    # a second query, files and tables
    "(from '/path/secret.csv') = 'x'",
    "(from 'x')",
    "order_count in (select 1)",
    "order_count in (from t)",
    "exists (select 1)",
    "exists(from users)",
    "(select 1) = 1",
    "(table users) = 1",
    "(values (1)) = 1",
    "order_count = any (select 1)",
    "order_count > all(1)",
    "order_count = 1 union select 1",
    "read_text('/etc/passwd') = 'x'",
    "glob('/etc/*') = 'x'",
    "country_code glob 'a*'",
    "getenv('HOME') = 'x'",
    "query('select 1') = 1",
    "order_count > 1; copy t to 'x'",
    "order_count > 1 limit 1",
    "order_count > 1 order by 1",
    "order_count > 1 group by all",
    "order_count > 1 window w as ()",
    "true) or (true",
    "true qualify true",
    "user_id = current_user",
    "user_id in users",
    "from is null",
    "is_subscribed is distinct from (from 'x')",
    # other ways to quote
    "$$x$$ = 'x'",
    "user_id = $a$ or 1=1 $a$",
    'user_id = "x"',
    "\"user_id\" = 'x'",
    "user_id = `x`",
    "[user_id] = 'x'",
    "user_id = U&'\\0041'",
    "user_id = u&'a'",
    "user_id = E'a'",
    "user_id = e'\\''",
    "user_id = x'41'",
    "user_id = b'01'",
    "user_id = n'a'",
    "user_id = r'a'",
    "user_id = ‘a’",
    "user_id = ＇a＇",
    "user_id = ´a´",
    "user_id = 'a",
    "user_id = 'a' 'b'",
    "user_id = 'a'\n'b'",
    "user_id = 'a\\'",
    "user_id = 'a\\' or 1 = 1 --'",
    "user_id = 'a\nb'",
    "user_id = 'a\u200bb'",
    "user_id = 'a\u202eb'",
    "user_id = 'a\x00b'",
    "order_count = 0x1F",
    "order_count = 1_000",
    "order_count = 1.",
    "order_count = 1e",
    "order_count = 1e999",
    "order_count = 99999999999999999999",
    "order_count = 1and is_subscribed",
    # comments
    "is_subscribed -- x",
    "is_subscribed /* x */",
    "is_subscribed /* /* x */ */",
    "is_subscribed # x",
    "is_subscribed /*+ x */",
    "order_count --1 > 0",
    "order_count - - -1 > 0",
    # methods, structs, lists, lambdas, casts, parameters
    "'x'.upper() = 'X'",
    "'x'.read_text() = 'X'",
    "user_id.upper() = 'X'",
    "features.user_id = 'x'",
    "main.features.user_id = 'x'",
    "user_id.a = 1",
    "user_id[1] = 'x'",
    "[1, 2] = 1",
    "{'a': 1} = 1",
    "map {'a': 1} is null",
    "struct_pack(a := 1) is null",
    "abs(x := order_count) > 1",
    "list_filter(x -> x) = 1",
    "abs(lambda x: x) = 1",
    "order_count::text = '1'",
    "#1 = 1",
    "$1 = 1",
    "? = 1",
    ":a = 1",
    "@order_count = 1",
    "columns(*) > 1",
    "columns('order_count') > 1",
    "* = 1",
    "count(*) > 1",
    "abs(*) > 1",
    "max(order_count) > 1",
    "row_number() over () > 1",
    "abs(order_count) over () > 1",
    "abs(order_count) filter (where true) > 1",
    "abs(distinct order_count) > 1",
    "abs(order_count order by 1) > 1",
    "coalesce(order_count, 1) within group (order by 1) > 1",
    "try_cast('1' as int) = 1",
    "cast('1' as json) is null",
    "cast('1' as int[]) is null",
    "cast('1' as struct(a int)) is null",
    "cast('users' as regclass) is null",
    "cast(order_count as varchar collate nocase) = '1'",
    "cast(last_ordered_at as int) = 1",
    "user_id collate nocase = 'x'",
    "user_id like 'a%' escape '!'",
    "user_id ilike 'a%'",
    "user_id similar to 'a'",
    "user_id ~ 'a'",
    "user_id regexp 'a'",
    "user_id || 'a' = 'b'",
    "order_count ^ 2 = 1",
    "order_count ** 2 = 1",
    "order_count // 2 = 1",
    "order_count % 2 = 1",
    "order_count & 1 = 1",
    "order_count << 1 = 1",
    "order_count == 1",
    "order_count <=> 1",
    "! is_subscribed",
    "interval '1' day is null",
    "last_ordered_at at time zone 'UTC' is null",
    "last_ordered_at > date 'infinity'",
    "last_ordered_at > date '2024-02-30'",
    "last_ordered_at > timestamp 'now'",
    "last_ordered_at > time '10:00'",
    # look-alikes and blanks
    "оrder_count > 1",
    "order＿count > 1",
    "ıs_subscribed",
    "iſ_subscribed",
    "li\u212ae is null",
    "order_count\u00a0> 1",
    "order_count\u200b > 1",
    "order_count\u3000> 1",
    "order_count\x0b> 1",
    "order_count\x0c> 1",
    "\ufefforder_count > 1",
    "order_count ＞ 1",
    "order_count > １",
    "order_count > ١",
    # dbt's and Jinja's own
    "{{ var('x') }}",
    "{% if true %}",
    # no predicate
    "is_subscribed is_loyalty_member",
    "order_count > > 1",
    "order_count in 1",
    "order_count in ()",
    "order_count in (1,)",
    "order_count in (1, null)",
    "order_count between 1",
    "order_count between 1 and",
    "order_count between 1 or 2",
    "order_count between (1 and 2)",
    "()",
    "abs() > 1",
    "round(order_count, 1, 2) > 1",
    "(order_count, 1) = (1, 1)",
    "order_count",
    "1",
    "'x'",
    "null",
    "order_count = null",
    "order_count = 1 = is_subscribed",
    "order_count is null is null",
    "order_count > 'x'",
    "user_id > 1",
    "last_ordered_at > '2024-01-01'",
    "not order_count",
    "order_count and is_subscribed",
    "case when order_count then true end",
    "case order_count when 1 then true end",
    "case when true then 1 else 'x' end = 1",
    "case when true then null end",
    "case when true then true",
    "case when true else true end",
    "case when true then true else false else true end",
    "is_subscribed then true",
    "(" * 60 + "true" + ")" * 60,
    "not " * 60 + "true",
    "abs(" * 60 + "1" + ")" * 60 + " = 1",
    "case when " * 60 + "true" + " then true end" * 60,
    "true or " * 300 + "true",
    "'" + "x" * 3000 + "' = user_id",
    "",
    "   ",
]


@pytest.mark.parametrize("condition", HOSTILE, ids=lambda text: ascii(text[:40]))
def test_what_is_no_condition_is_refused(condition):
    assert rewritten(condition) is None


@pytest.mark.parametrize("condition", [None, 1, True, ["true"], {"a": 1}])
def test_what_is_no_text_is_refused(condition):
    assert MACROS["rule_condition"](condition)["problems"] == ["expected a condition in `when`, as text"]


WORDS = "and or not in is null true false between like case when then else end cast as date int string "
FOREIGN = "select from distinct union limit over escape collate columns lambda users read_text varchar "
MARKS = "= <> != < <= > >= + - * / ( ) ( ) , ; -- /* */ . :: : := [ ] { } $ $$ # ? @ % & | || ~ \" ` \\ ' "
VALUES = "'x' 'it''s' '' 0 1 1.5 1e2 date'2025-01-01' 'a\\' \u200b ‘ о "
BRICKS = [*COLUMNS, *FUNCTIONS, *(WORDS + FOREIGN + MARKS + VALUES).split(), "\n", "\u00a0"]


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(BRICKS), max_size=14), st.sampled_from(["", " "]))
def test_whatever_passes_is_one_predicate(bricks, between):
    sql = rewritten(between.join(bricks))
    if sql is not None:
        assert_is_one_predicate(sql)


def listed(one, **size):
    return st.lists(one, **size).map(", ".join)


number = st.deferred(
    lambda: st.one_of(
        st.sampled_from(BY_KIND["number"]),
        st.integers(0, 999).map(str),
        st.sampled_from(["0.25", ".5", "1e2", "2.5E-3", "- 3", "-order_count"]),
        st.tuples(number, st.sampled_from("+-*/"), number).map(" ".join).map("({})".format),
        st.tuples(st.sampled_from("+-*"), number, number).map(
            lambda part: f"{part[1]} {part[0]} abs({part[2]})"
        ),
        st.tuples(st.sampled_from(["abs", "CEIL", "floor", "round"]), number).map("{0[0]}({0[1]})".format),
        st.tuples(
            st.sampled_from(["coalesce", "greatest", "least"]), listed(number, min_size=2, max_size=3)
        ).map("{0[0]} ({0[1]})".format),
        st.tuples(predicate, number, number).map("case when {0[0]} then {0[1]} else {0[2]} end".format),
        predicate.map("cast({} as int)".format),
        text.map("length({})".format),
    )
)
text = st.deferred(
    lambda: st.one_of(
        st.sampled_from(BY_KIND["text"]),
        st.text(
            st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], exclude_characters="\\")
        ).map(
            lambda raw: (
                "'" + re.sub("[\u200b-\u200f\u2028-\u202e\u2060-\u206f]", "", raw).replace("'", "''") + "'"
            )
        ),
        text.map("lower({})".format),
        st.tuples(text, text).map("Concat({0[0]}, {0[1]})".format),
        st.tuples(text, text).map("nullif({0[0]}, {0[1]})".format),
        number.map("cast({} AS string)".format),
    )
)
time = st.sampled_from([*BY_KIND["time"], "date '2025-06-01'", "TIMESTAMP '2025-06-01 12:30:00'"])
compare = st.sampled_from(
    ["=", "<>", "!=", "<", "<=", ">", ">=", "is distinct from", "IS NOT  DISTINCT\nFROM"]
)
predicate = st.deferred(
    lambda: st.one_of(
        st.sampled_from([*BY_KIND["boolean"], "true", "False"]),
        st.one_of(*(st.tuples(kind, compare, kind) for kind in (number, text, time))).map(" ".join),
        st.tuples(number, st.sampled_from(["in", "NOT IN"]), listed(number, min_size=1, max_size=3)).map(
            "{0[0]} {0[1]} ({0[2]})".format
        ),
        st.tuples(text, st.sampled_from(["like", "not like"]), text).map(" ".join),
        st.tuples(number, st.sampled_from(["between", "not between"]), number, number).map(
            "{0[0]} {0[1]} {0[2]} and {0[3]}".format
        ),
        st.tuples(st.one_of(number, text, time), st.sampled_from(["is null", "is not null"])).map(" ".join),
        predicate.map("({}) is not true".format),
        predicate.map("not ({})".format),
        predicate.map("NOT {}".format),
        predicate.map("({})".format),
        st.tuples(predicate, st.sampled_from(["and", "or"]), predicate).map(" ".join),
    )
)


@pytest.fixture(scope="module")
def users():
    """A few users, nulls among them."""
    kinds = {"text": "varchar", "number": "double", "boolean": "boolean", "time": "timestamp"}
    values = {
        "text": ["'DE'", "null", "'it''s'", "'vip'"],
        "number": ["0", "3", "null", "99.5"],
        "boolean": ["true", "false", "true", "null"],
        "time": [
            "timestamp '2025-06-01'",
            "null",
            "timestamp '2024-01-31 10:00:00'",
            "timestamp '2025-06-01 12:30:00'",
        ],
    }
    with duckdb.connect() as connection:
        columns = ", ".join(f"{name} {kinds[kind]}" for name, kind in COLUMNS.items())
        connection.execute(f"create table features (row_number integer, {columns})")
        for row in range(8):
            picked = ", ".join(values[kind][(row + place) % 4] for place, kind in enumerate(COLUMNS.values()))
            connection.execute(f"insert into features values ({row}, {picked})")
        yield connection


def hits(users, condition: str):
    """Rows for which the condition holds, and what is wrong where a value can't be computed."""
    try:
        return users.execute(f"select row_number from features where {condition} order by all").fetchall()
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        return type(error)


@settings(max_examples=300, deadline=None)
@given(condition=predicate)
@example(condition="is_subscribed or is_loyalty_member and not order_count > 3")
@example(condition="order_count - 1 - 1 between 1 and 3 or not is_subscribed and true")
def test_conditions_pass_and_mean_what_was_written(users, condition):
    if len(condition) > 2000:
        return
    read = MACROS["rule_condition"](condition)
    if read["problems"] == ["the condition is nested too deeply"]:
        return
    assert read["problems"] == []
    assert_is_one_predicate(read["sql"])
    assert rewritten(read["sql"]) == read["sql"]
    assert hits(users, read["sql"]) == hits(users, condition)


def test_words_are_lower_case_and_texts_as_they_were():
    assert rewritten("Is_Subscribed AND\n\tCountry_Code IN ( 'De','it''s' )") == (
        "is_subscribed and country_code in ('De', 'it''s')"
    )
