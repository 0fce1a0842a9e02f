{#-
    What a buyer spends in so many days, from the spend of the first 30 and the rate at which such buyers are lost:
    30 days after 30 days, each time for as many as are left. Columns spend_30d and loss_rate of the query.
-#}
{% macro expected_value(days) -%}
    spend_30d * case
        when loss_rate < 1e-9 then cast({{ days }} as double) / 30
        else (1 - exp(-{{ days }} * loss_rate)) / (1 - exp(-30 * loss_rate))
    end
{%- endmacro %}
