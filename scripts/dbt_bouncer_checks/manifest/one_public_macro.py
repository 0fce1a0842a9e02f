"""dbt-bouncer check: one public macro per file."""

from pathlib import Path

from dbt_bouncer.check_framework.decorator import check, fail


@check
def check_macro_file_has_one_public_macro(macro, ctx):
    """A macro not named as its file is a helper: only macros of the same file may call it.

    Generic tests (`test_<name>`) are named as their file without the prefix, variants that `adapter.dispatch`
    picks (`default__<name>`, `duckdb__<name>`) as their file behind one.
    """
    path = macro.original_file_path
    public_name = Path(path).stem
    if macro.name in (public_name, f"test_{public_name}") or macro.name.endswith(f"__{public_name}"):
        return
    manifest = ctx.manifest_obj.manifest
    for caller in [*manifest.macros.values(), *manifest.nodes.values()]:
        called = getattr(getattr(caller, "depends_on", None), "macros", None) or []
        if macro.unique_id in called and caller.original_file_path != path:
            fail(f"`{caller.name}` calls `{macro.name}` of {path}: give the macro a file of its own name.")
