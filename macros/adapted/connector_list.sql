{#-
  The from-clause that reads a list which a connector leaves within the rows of another table, a row per element: item is
  the element as JSON, parent_id the id of the row, or of the element, that holds it. `lists` are places in which it was
  seen, such as orders.refunds.refund_line_items, two lists deep at most; none when there is no such list.
-#}
{% macro connector_list(source, lists) %}
    {% for place in lists %}
        {% set table, _, path = place.partition('.') %}
        {% set found = recmail.find_connector_table(source, [table]) %}
        {% set columns = recmail.input_columns(found) if found else {} %}
        {% set root, _, rest = path.partition('.') %}
        {% if root in columns and 'id' in columns %}
            {% set list = adapter.quote(root) %}
            {% if not columns[root].startswith('VARCHAR') %}{% set list = recmail.as_json(list) %}{% endif %}
            {% set holders = recmail.latest_copies(found, columns, 'id') %}
            {% set rows = recmail.list_rows(holders, "cast(id as " ~ dbt.type_string() ~ ")", list) %}
            {% if rest %}
                {% set rows = recmail.list_rows(rows, recmail.json_text('item', 'id'), recmail.json_text('item', rest)) %}
            {% endif %}
            {{ return(rows) }}
        {% endif %}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}


{% macro list_rows(found, parent_id, list) %}
    {{ return(
        "(select " ~ parent_id ~ " as parent_id, " ~ recmail.unnest_list(recmail.json_items(list)) ~ " as item from "
        ~ found ~ ") as list_rows"
    ) }}
{% endmacro %}
