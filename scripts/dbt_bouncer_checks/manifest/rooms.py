"""dbt-bouncer check: every model stands in a room of the house, and rooms read only those before them."""

from dbt_bouncer.check_framework.decorator import check, fail


@check
def check_model_reads_only_earlier_rooms(model, ctx, *, rooms: list[dict]):
    """`rooms` lists folders below models/ in the order of the flow, each with what it holds.

    A model reads its own room and the rooms before it. A room with `read_by` is read by those alone, one with `reads`
    reads those alone (and itself).
    """
    names = [room["room"] for room in rooms]
    where = {found.unique_id: room_of(found.original_file_path, names) for found in ctx.models}
    here = where[model.unique_id]
    if here is None:
        fail(f"`{model.original_file_path}` stands in no room of dbt-bouncer.yml")
    read = {where[parent] for parent in model.depends_on.nodes if parent in where} - {here, None}
    by_name = {room["room"]: room for room in rooms}
    for there in sorted(read):
        if (
            names.index(there) > names.index(here)
            or here not in by_name[there].get("read_by", [here])
            or there not in by_name[here].get("reads", [there])
        ):
            fail(f"`{model.name}` of {here} reads {there}, which it may not (dbt-bouncer.yml)")


def room_of(path: str, names: list[str]) -> str | None:
    """The longest room name that the model's folder begins with."""
    folder = path.removeprefix("models/").rpartition("/")[0]
    fitting = [name for name in names if folder == name or folder.startswith(f"{name}/")]
    return max(fitting, key=len, default=None)
