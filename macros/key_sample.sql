{#-
    Condition on the users whose keys a test looks at: all of a table of up to `test_rows_max` rows, of a larger one one in
    so many that as many rows are left, and the run says so. To hold all keys of such a table costs as much as making it.
    Tables by user are meant (user_key, or list_key, which is a user's); '' for all others, and for what is a query.
-#}
{% macro key_sample(relation, key) %}
    {% set sampled = ['user_key', 'list_key'] | select('in', key) | first %}
    {% if not execute or not sampled or (relation | string).startswith('(') or not load_relation(relation) %}
        {{ return('') }}
    {% endif %}
    {% set row_count = run_query('select count(*) from ' ~ relation)[0][0] | int %}
    {% set of_users = (row_count / var('test_rows_max')) | round(0, 'ceil') | int %}
    {% if of_users <= 1 %}{{ return('') }}{% endif %}
    {{ log('recmail: keys of ' ~ relation.identifier ~ ' (' ~ row_count ~ ' rows) are tested for one '
        ~ sampled ~ ' in ' ~ of_users ~ ' (var test_rows_max)', info=true) }}
    {{ return(sampled ~ ' % ' ~ of_users ~ ' = 0') }}
{% endmacro %}
