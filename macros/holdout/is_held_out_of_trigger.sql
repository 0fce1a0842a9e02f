{#-
  Whether the user is of the holdout of a trigger (var `trigger_holdout_shares`), drawn apart for each trigger; as of a time,
  as is_held_out has it.
-#}
{% macro is_held_out_of_trigger(user_id, trigger_type, as_of) -%}
    {% if var('trigger_holdout_shares') -%}
        coalesce(
            {{ hash_share("'holdout:' || " ~ trigger_type ~ " || ':' || " ~ user_id ~ recmail.holdout_period(as_of)) }}
            < case {{ trigger_type }}
                {%- for trigger, share in var('trigger_holdout_shares').items() %}
                when {{ literal(trigger) }} then {{ share }}
                {%- endfor %}
            end,
            false
        )
    {%- else -%}
        false
    {%- endif %}
{%- endmacro %}
