{#-
  pre-hook of user_segment_history: what a run at the same as_of wrote is written anew, and users who are no longer in
  the inputs, erased ones among them, leave the history.
-#}
{% macro forget_segments() %}
    {% set users, as_of = ref('stg_users'), ref('stg_as_of') %}
    {% if is_incremental() %}
        delete from {{ this }}
        where
            as_of = (select as_of from {{ as_of }})
            or user_id not in (select user_id from {{ users }})
    {% endif %}
{% endmacro %}
