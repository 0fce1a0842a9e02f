{#-
  Fails with each row that breaks a rule, and says which: the columns of `key` are unique together and none is null, and so
  are those of each of `other_keys`; those of each of `unique_together` are unique together, nulls being alike; those of
  `not_null` hold a value, those of `above_zero` are above 0, those of `between` lie in [low, high] (a millionth beyond a bound
  is rounding, no fault), those of `accepted` hold one of the values. But for keys and `not_null`, null passes. Any other rule
  is one of `rules`, a list of {expected, holds}: a sentence and the SQL condition for it; null counts as false.
  Shown are the values of `key`, of what stands twice the least; or, where people edit the rows, `row_name` (SQL) within the
  fault. Of a large table by user keys are looked at for a sample of users (key_sample), all else in all rows.
-#}
{% test rows_are_valid(
    model, key=[], other_keys=[], unique_together=[], not_null=[], above_zero=[], between={}, accepted={}, rules=[],
    row_name=none
) %}

{% set keys, checks = ([key] if key else []) + other_keys, [] %}
{% for column in (keys | sum(start=[]) + not_null) | unique %}
    {% do checks.append([column ~ ' is null', column ~ ' is null']) %}
{% endfor %}
{% for column in above_zero %}
    {% do checks.append([column ~ ' <= 0', column ~ ' is not above 0']) %}
{% endfor %}
{% for column, bounds in between.items() %}
    {% set low, high = bounds[0] | float, bounds[1] | float %}
    {% do checks.append([
        column ~ ' < ' ~ (low - 1e-6 * ([1, low | abs] | max)) ~ ' or ' ~ column ~ ' > ' ~ (high + 1e-6 * ([1, high | abs] | max)),
        column ~ ' is not between ' ~ bounds[0] ~ ' and ' ~ bounds[1]
    ]) %}
{% endfor %}
{% for column, values in accepted.items() %}
    {% do checks.append([column ~ ' not in (' ~ literals(values) ~ ')', column ~ ' is none of the values it may have']) %}
{% endfor %}
{% for rule in rules %}
    {% do checks.append(['(' ~ rule['holds'] ~ ') is not true', 'expected ' ~ rule['expected']]) %}
{% endfor %}
{% set shown = [] if row_name else key or unique_together | sum(start=[]) or ['*'] %}
{% set opening = "concat(" ~ row_name ~ ", ': ')" if row_name else "''" %}

select
    concat({{ opening }}, concat_ws(
        '; '
        {% for condition, fault in checks %}
            , case when {{ condition }} then {{ literal(fault) if "'" in fault else "'" ~ fault ~ "'" }} end
        {% endfor %}
    )) as faults
    {% for column in shown %}
        , {{ column }}
    {% endfor %}
from {{ model }}
where
    {% for condition, _ in checks %}
        {{ 'or ' if not loop.first }}({{ condition }})
    {% endfor %}
{% for columns in keys + unique_together %}
    union all
    select
        concat(
            min({{ opening }}), '{{ columns | join(' and ') | replace("'", '') }} stand in more than one row'
        ) as faults
        {% for column in shown %}
            , min({{ column }})
        {% endfor %}
    from {{ model }}
    {% set sample = key_sample(model, columns) %}
    {% if sample %}
        where {{ sample }}
    {% endif %}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endfor %}

{% endtest %}
