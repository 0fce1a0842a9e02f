"""Threads that compile models at once don't meet in Python's parser."""

import ast

import jinja2
import jinja2.lexer
import pytest

from dbt_tools import float_literals


@pytest.mark.parametrize(
    ("version", "concerned"),
    [((3, 11, 7), True), ((3, 11, 8), False), ((3, 12, 1), True), ((3, 12, 2), False), ((3, 13, 0), False)],
)
def test_pythons_that_count_the_depth_of_all_threads_in_one_place(version, concerned):
    assert float_literals.one_count_for_all_threads(version) is concerned


def test_jinja_reads_the_same_numbers_without_pythons_parser(monkeypatch):
    monkeypatch.setattr(jinja2.lexer, "literal_eval", ast.literal_eval)
    template = "{{ [0.85, 1e-6, 1_000.5, 2.5E3, 42.0e+1] }}"
    before = jinja2.Environment().from_string(template).render()
    monkeypatch.setattr(float_literals, "one_count_for_all_threads", lambda version: True)
    float_literals.Plugin.create("dbt_tools.float_literals")

    def parse(*arguments, **options):
        raise AssertionError("Python's parser was asked")

    monkeypatch.setattr(ast, "parse", parse)
    assert jinja2.Environment().from_string(template).render() == before
