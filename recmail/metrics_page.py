"""The last part of docs/metrics.md: every metric of MetricFlow with its formula and source, as the project has them."""

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import Metric, SemanticModel

from dbt_tools.project import project_directory

HEADING = "## Every metric of MetricFlow\n"
INTRODUCTION = """
Metrics of one mart can be asked for together, and with those of others by `metric_time`; what else they can be grouped
by stands beside the mart. `make docs` writes this part.
"""


def metrics_page(manifest: Manifest) -> str:
    """What is written by hand above the heading stays; what follows it is written anew, in an order that does not hang
    on which files dbt has read last."""
    written, _, _ = (project_directory() / "docs" / "metrics.md").read_text("utf-8").partition(HEADING)
    models = sorted(
        manifest.semantic_models.values(), key=lambda model: (model.original_file_path, model.name)
    )
    return written + HEADING + INTRODUCTION + "".join(mart_part(manifest, model) for model in models)


def mart_part(manifest: Manifest, model: SemanticModel) -> str:
    names = {entity.type.value: entity.name for entity in model.entities}
    one = model.primary_entity or names["primary"]
    groups = [f"`{one}__{group.name}`" for group in model.dimensions if group.type.value == "categorical"]
    groups += [f"all of `{names['foreign']}`"] if "foreign" in names else []
    lines = [
        f"\n### `{folder_of(manifest, model)}.{source(model)}`\n",
        f"{model.description.strip()} By {', '.join(['`metric_time`', *groups])}.\n",
        "| metric | what it is | formula |",
        "| --- | --- | --- |",
    ]
    for metric in sorted(manifest.metrics.values(), key=lambda metric: metric.name):
        if models_of(manifest, metric) == [model]:
            what = metric.description.partition(" Formula: ")[0]
            lines.append(f"| `{metric.name}` | {what} | `{formula(manifest, metric)}` |")
    return "\n".join(lines) + "\n"


def formula(manifest: Manifest, metric: Metric) -> str:
    """Of columns of the mart for what is summed or counted, else of metrics."""
    parameters, kind = metric.type_params, metric.type.value
    if kind == "ratio":
        return f"{parameters.numerator.name} / {parameters.denominator.name}"
    if kind == "derived":
        return parameters.expr
    if kind != "simple":
        raise ValueError(f"{metric.name}: metrics are simple, ratio or derived here, not {kind}")
    (model,) = models_of(manifest, metric)
    measure = next(found for found in model.measures if found.name == parameters.measure.name)
    counted = measure.expr or measure.name
    aggregation = measure.agg.value
    return f"count(distinct {counted})" if aggregation == "count_distinct" else f"{aggregation}({counted})"


def models_of(manifest: Manifest, metric: Metric) -> list[SemanticModel]:
    """The semantic models whose measures a metric is made of, directly or through other metrics."""
    found = {}
    for parent in metric.depends_on.nodes:
        if parent in manifest.semantic_models:
            found[parent] = manifest.semantic_models[parent]
        else:
            found |= {model.unique_id: model for model in models_of(manifest, manifest.metrics[parent])}
    return list(found.values())


def source(model: SemanticModel) -> str:
    return model.node_relation.alias


def folder_of(manifest: Manifest, model: SemanticModel) -> str:
    """The schema, without what var `schema_prefix` puts before it."""
    (mart,) = (manifest.nodes[parent] for parent in model.depends_on.nodes)
    return mart.fqn[-2]
