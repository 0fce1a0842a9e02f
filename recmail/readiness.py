"""What is on and what would switch on the rest, in a few lines, from mart readiness."""

from pathlib import Path

from dbt_tools.relations import open_file, qualified, schemas_holding

# lines on what isn't on: the mart has them all
LINES_MAX = 12


def readiness_lines(database: Path) -> list[str]:
    """Empty when the database has no such mart, as after a build of some models alone."""
    with open_file(database) as connection:
        schemas = schemas_holding(connection, "readiness")
        if len(schemas) != 1:
            return []
        rows = connection.execute(
            f"""
            select
                kind,
                capability,
                status,
                array_to_string(list_sort(list_distinct(list(switched_on_by))), '; ')
            from {qualified(schemas[0], "readiness")}
            group by kind, capability, status
            order by status = 'switched_off', status = 'thin', kind, capability
            """
        ).fetchall()
    on = sum(status in ("on", "thin") for _, _, status, _ in rows)
    rest = [row for row in rows if row[2] != "on"]
    lines = [f"readiness: {on} of {len(rows)} strategies, predictions, triggers, tests and features are on"]
    for kind, capability, status, switched_on_by in rest[:LINES_MAX]:
        lines.append(f"  {status.replace('_', ' '):<13} {kind} {capability}: {switched_on_by}")
    if len(rest) > LINES_MAX:
        lines.append(f"  … and {len(rest) - LINES_MAX} more")
    if rest:
        lines.append(f"  all of it: select * from {schemas[0]}.readiness")
    return lines
