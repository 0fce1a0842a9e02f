{#-
    Hook of int_touched_users: whose lists are being made has no stamp until the run has ended well (hook append_state), so
    that a run that is killed, or fails, has the next one make them again. '' where lists are always made of everybody.
-#}
{% macro forget_stamps() %}
    {{ return(adapter.dispatch('forget_stamps', 'recmail')()) }}
{% endmacro %}


{% macro default__forget_stamps() %}
    {{ return('') }}
{% endmacro %}


{% macro duckdb__forget_stamps() %}
    {% if not execute %}{{ return('') }}{% endif %}
    {{ return(
        'delete from ' ~ relation_of('user_stamps', 'source.recmail.state.') ~ ' where user_key in (select user_key from '
        ~ this ~ ')'
    ) }}
{% endmacro %}
