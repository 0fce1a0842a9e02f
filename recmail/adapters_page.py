"""The page docs/adapters.md: which column of a connector becomes which column of an input."""

from dbt.contracts.graph.manifest import Manifest

from recmail.init import SourceTable, source_tables

INTRODUCTION = """\
<!-- Written by `make docs` from models/adapters/<source>/tables/ and recmail/adapters_page.py; edit these, not this file. -->
# Source adapters

What connectors write becomes recmail's [inputs](input_contract.md) without a column renamed by hand. An adapter is models in
`models/adapters/<source>/`, which exist in a build only when var `sources` names the source.

```sh
make init PLACES='/data/shopify raw_klaviyo'     # what is found, missing and doubtful, and the vars to paste
make build VARS='{sources: [shopify, klaviyo], source_places: {shopify: /data/shopify, klaviyo: raw_klaviyo}}'
```

`source_places` says where a source's tables are: a schema of the warehouse, or a directory of Parquet or CSV files, which has a
slash in its name. A source that it doesn't name has a schema of its own name. Files may be named `order.csv`,
`shopify_order.csv` or `shopify_order_data.csv`.

- A table or column that is missing is empty or null; one that is *required* stops the build with one message. What no source
  supplies (`offers`, `erasure_requests`, …) is read from `input_schema` or `input_location`, where these are set: with sources
  the demo's inputs are never read. `input_relations` goes before all of it.
- Adapters are views: the warehouse holds no second copy of anybody, and who asked to be erased leaves with the inputs.
- **Several sources.** Items and orders are the shop's. A person with an address in several sources is one user, by the shop's
  id (`klaviyo:<id>` without one). Of what sources say of consent an opt-out without a time stands, else the latest counts.
  Devices of GA4 join users through `identities`: by the user id that their events carry, and by the order that they paid
  (`transaction_id` is the shop's order id, number or name).
- Times with an offset become UTC; those without one are UTC, as Fivetran and BigQuery write them.
- `staging` judges adapted rows as any others: `make quality` shows what was set aside and why.

## What was decided about a shop's troubles

| case | what becomes of it | tested by |
| --- | --- | --- |
| part of a line refunded, or one line several times | `returned_quantity`, by the lines of refunds, each once, no more than was sold | shopify_order_lines_count_refunds_once_and_take_off_discounts_once |
| money refunded without a line, such as postage | nothing comes back | the same |
| refunded, then cancelled | one outcome, cancelled | test_adapters.py |
| discounts of a line and of the order | what `discount_allocation` takes off a line, once; without that table `total_discount` | the same |
| guest checkout | the order's `anonymous_id` is the md5 of its address; `identities` give it to the customer who has it | shopify_identities_give_a_guest_with_a_customers_address_to_the_customer |
| variants | an item each, with the product as parent, which is an item too, at its cheapest variant's price | shopify_items_are_products_their_variants_and_what_was_deleted_in_the_shops_currency |
| mixed currencies | an order keeps its own; items have the shop's | shopify_orders_know_… |
| deleted products and variants | items that nobody is shown, at the last price before discounts; history counts | shopify_items_… |
| orders of tests, deleted ones | left out with their lines | shopify_orders_know_…, shopify_sold_lines_… |
| drafts | tables of drafts are not read; one that became an order is one | shopify_orders_know_… |
| gift cards and tips | no products: left out | shopify_sold_lines_leave_out_gift_cards_tips_and_tests_and_keep_deleted_products |
| subscriptions | each delivery is an order like any other; `repurchase_window_days` keeps what came from being recommended | shopify_orders_know_… |
| products without a type | category `uncategorised` | test_adapters.py |
| an address on several lists | an opt-out on any of them stands | mailchimp_users_have_an_opt_out_on_any_list |
| events about an item that name none | left out | ga4_web_events_are_one_per_item_of_an_event_and_none_where_it_names_no_item |

`accepts_marketing: false` of Shopify is no opt-out but what everybody starts with: `never_subscribed`, which is not mailed.

## A source of your own

Write a model for each input with the input's columns, and name it in `input_relations: {orders: my_orders}`; a model of a dbt
project that recmail is installed in will do (`integration_tests/` is such a project). To add an adapter: a folder with tables
and models `<source>_<input>`, and a row in macro `source_inputs`; this page and `make init` follow.

Tables in PostgreSQL, or anywhere else that DuckDB doesn't read, are brought into the warehouse by whatever loads them (dlt,
Airbyte, Fivetran): recmail reads the schema that it writes.
"""


def adapters_page(_manifest: Manifest) -> str:
    parts = [INTRODUCTION]
    for source, tables in source_tables().items():
        parts.append(f"\n## {source}\n")
        parts += [table_part(table) for table in tables]
    return "\n".join(parts)


def table_part(table: SourceTable) -> str:
    required = ", required" if table.meta.get("required") else ""
    lines = [
        f"Table {' or '.join(f'`{name}`' for name in table.meta['names'])}{required}.\n",
        "| column | becomes | what it is |",
        "| --- | --- | --- |",
    ]
    for column in table.columns:
        meta = column["config"]["meta"]
        names = " or ".join(f"`{name}`" for name in meta["names"]) + (" *" if meta.get("required") else "")
        gives = f"`{meta['gives']}`" if "gives" in meta else ""
        lines.append(f"| {names} | {gives} | {column['description']} |")
    return "\n".join(lines) + "\n"
