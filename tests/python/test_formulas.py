"""dbt's unit tests, in a worker of pytest beside others: dbt alone leaves a core idle, and reads the project anew."""

from warehouse import FOLDER, FRUGAL, manifest

from dbt_tools.dbt_runs import run_dbt


def test_every_unit_test_of_a_model_holds(small, small_inputs, tmp_path):
    """They ask the built tables for their columns. Those of adapters, whose sources are off: test_adapters.py."""
    variables = {"input_location": str(small_inputs)}
    project = manifest(variables)
    run = run_dbt(
        *("test", *FRUGAL, "--select", "test_type:unit"),
        variables=variables,
        folder=FOLDER,
        database=small.copied_to(tmp_path).database,
        manifest=project,
    )
    assert run.succeeded, "\n".join(run.messages)
    passed = {result.node.unique_id for result in run.results if result.status == "pass"}
    assert passed >= project.unit_tests.keys() and passed
