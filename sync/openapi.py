"""What `recmail serve` says of itself: GET /openapi.json."""

ITEMS_DEFAULT, ITEMS_MAX = 8, 50
EXCLUDED_MAX, CART_MAX = 200, 50
USER_PLACEMENTS = ("home", "cart", "post_purchase")
ITEM_CONTEXTS = ("also_viewed", "also_bought", "bought_together", "similar_items", "upgrade")
TEXT = {"type": "string"}


def parameter(name: str, schema: dict, place: str = "query", required: bool = False) -> dict:
    return {"name": name, "in": place, "required": required, "schema": schema}


def several(most: int, least: int = 0) -> dict:
    return {"type": "array", "items": TEXT, "minItems": least, "maxItems": most}


def reference(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def answer(description: str, schema: str, *headers: str) -> dict:
    described = {"description": description, "content": {"application/json": {"schema": reference(schema)}}}
    return described | ({"headers": {name: {"schema": TEXT} for name in headers}} if headers else {})


UNAVAILABLE = answer("No lists can be looked up now: Redis is away, or holds none.", "Error", "Retry-After")
COMMON = [
    parameter("n", {"type": "integer", "minimum": 1, "maximum": ITEMS_MAX, "default": ITEMS_DEFAULT}),
    parameter("exclude", several(EXCLUDED_MAX)),
    parameter("If-None-Match", TEXT, "header"),
]


def described(summary: str, schema: str, *parameters: dict) -> dict:
    answers = {
        "200": answer(
            "Best first; best sellers where too few are known.", schema, "ETag", "Cache-Control", "Vary"
        ),
        "304": {"description": "As If-None-Match has it."},
        "400": answer("What is wrong with the request.", "Error"),
        "401": answer("A token is needed, and this is none.", "Error", "WWW-Authenticate"),
        "503": UNAVAILABLE,
    }
    # what can't be read as HTTP, an address beyond 64 KB, is turned away before it comes here
    answers["400"]["content"]["text/plain"] = {"schema": TEXT}
    return {
        "get": {
            "summary": summary,
            "parameters": [*parameters, *COMMON],
            "responses": answers,
            "security": [{"token": []}, {}],
        }
    }


def shown(item: str, *named: str) -> dict:
    """An answer with items, and what was asked for."""
    return {
        "type": "object",
        "required": [*named, "items"],
        "properties": {name: TEXT for name in named}
        | {"items": {"type": "array", "maxItems": ITEMS_MAX, "items": reference(item)}},
        "additionalProperties": False,
    }


def whole_object(properties: dict) -> dict:
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def chosen_from(values: tuple[str, ...]) -> dict:
    return {"type": "string", "enum": list(values), "default": values[0]}


POSITION = {"type": "integer", "minimum": 1, "maximum": ITEMS_MAX}
AMOUNT = {"type": "number", "minimum": 0}
TEXTS_OF_AN_ITEM = (
    "item_name",
    "currency",
    "item_url",
    "image_url",
    "strategy",
    "reason_type",
    "reason_text",
)
ID = parameter("id", TEXT, "path", True)
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "recmail serve", "version": "1"},
    "paths": {
        "/users/{id}": described(
            "What a user is shown; whom nobody knows, what sells best.",
            "OfUser",
            ID,
            parameter("placement", chosen_from(USER_PLACEMENTS)),
        ),
        "/items/{id}": described(
            "What stands beside an item.", "OfItem", ID, parameter("context", chosen_from(ITEM_CONTEXTS))
        ),
        "/cart": described(
            "What goes with a cart.", "OfCart", parameter("item", several(CART_MAX, 1), required=True)
        ),
        "/health": {
            "get": {
                "summary": "Whether lists can be looked up, and how many requests had a wrong token.",
                "responses": {"200": answer("They can.", "Health"), "503": UNAVAILABLE},
            }
        },
    },
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "Error": whole_object({"error": TEXT}),
            "Health": whole_object(
                {"status": {"const": "ok"}, "refused_requests": {"type": "integer", "minimum": 0}}
            ),
            "Item": whole_object(
                {"item_id": TEXT, "position": POSITION, "price": AMOUNT, "list_price": AMOUNT}
                | {name: TEXT for name in TEXTS_OF_AN_ITEM}
            ),
            # names and prices of what stands beside an item are the page's own
            "ItemId": whole_object({"item_id": TEXT, "position": POSITION}),
            "OfUser": shown("Item", "placement"),
            "OfItem": shown("ItemId", "context"),
            "OfCart": shown("ItemId"),
        },
    },
}
