{#-
  Whether a user is of the holdout that is never mailed, or of that of a trigger, which is drawn for each trigger apart; as of
  a time: with var `holdout_rotation_days` others are after so many days, counted from 1970.
-#}
{% macro is_held_out(user_id, as_of, share, trigger_type=none) -%}
    {%- set drawn = 'holdout:' ~ (trigger_type ~ ':' if trigger_type else '') -%}
    {{ hash_share(literal(drawn) ~ " || " ~ user_id ~ recmail.holdout_period(as_of)) }} < {{ share }}
{%- endmacro %}
