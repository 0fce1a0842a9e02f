"""JSON Schemas of what leaves for other platforms, with the budgets that these have in bytes: keyword maxBytes."""

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema

SCHEMAS = Path(__file__).parents[2] / "sync/schemas"


def max_bytes(_validator, budget: int, value: object, _schema: dict) -> Iterator[jsonschema.ValidationError]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > budget:
        yield jsonschema.ValidationError(f"{len(text.encode())} bytes, and {budget} are allowed: {text[:40]}")


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"maxBytes": max_bytes})


def validator_of(name: str) -> jsonschema.protocols.Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    Validator.check_schema(schema)
    return Validator(schema)
