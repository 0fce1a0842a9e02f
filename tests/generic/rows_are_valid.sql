{#-
  Fails with each row that breaks a rule, and says which: the columns of `key` are unique together and none is null, and so
  are those of each of `other_keys`; those of each of `unique_together` are unique together, nulls being alike; those of
  `not_null` hold a value, those of `above_zero` are above 0, those of `between` lie in [low, high] (a millionth beyond a bound
  is rounding, no fault), those of `accepted` hold one of the values. But for keys and `not_null`, null passes. Of what
  stands twice the least values of `key` are shown. Of a large table by user keys are looked at for a sample of users
  (key_sample), all else in all rows.
-#}
{% test rows_are_valid(
    model, key=[], other_keys=[], unique_together=[], not_null=[], above_zero=[], between={}, accepted={}
) %}

{% set keys, rules = ([key] if key else []) + other_keys, [] %}
{% for column in (keys | sum(start=[]) + not_null) | unique %}
    {% do rules.append([column ~ ' is null', column ~ ' is null']) %}
{% endfor %}
{% for column in above_zero %}
    {% do rules.append([column ~ ' <= 0', column ~ ' is not above 0']) %}
{% endfor %}
{% for column, bounds in between.items() %}
    {% set low, high = bounds[0] | float, bounds[1] | float %}
    {% do rules.append([
        column ~ ' < ' ~ (low - 1e-6 * ([1, low | abs] | max)) ~ ' or ' ~ column ~ ' > ' ~ (high + 1e-6 * ([1, high | abs] | max)),
        column ~ ' is not between ' ~ bounds[0] ~ ' and ' ~ bounds[1]
    ]) %}
{% endfor %}
{% for column, values in accepted.items() %}
    {% do rules.append([column ~ ' not in (' ~ literals(values) ~ ')', column ~ ' is none of the values it may have']) %}
{% endfor %}
{% set shown = key or unique_together | sum(start=[]) %}

select
    concat_ws(
        '; '
        {% for condition, fault in rules %}
            , case when {{ condition }} then '{{ fault | replace("'", '') }}' end
        {% endfor %}
    ) as faults,
    {{ shown | join(', ') or '*' }}
from {{ model }}
where
    {% for condition, _ in rules %}
        {{ 'or ' if not loop.first }}({{ condition }})
    {% endfor %}
{% for columns in keys + unique_together %}
    union all
    select
        '{{ columns | join(' and ') | replace("'", '') }} stand in more than one row' as faults
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
