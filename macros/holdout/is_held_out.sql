{#-
  Whether the user is of the holdout that is never mailed (var `holdout_share`), as of a time: with var
  `holdout_rotation_days` others are after so many days, counted from 1970.
-#}
{% macro is_held_out(user_id, as_of) -%}
    {{ hash_share("'holdout:' || " ~ user_id ~ recmail.holdout_period(as_of)) }} < {{ var('holdout_share') }}
{%- endmacro %}
