{#-
  Probability that a slot is explored, given that its item is not sure of its place: `exploration_share` of all slots,
  spread over those that diversity leaves open.
-#}
{% macro explored_slot_share() %}
    {% set slots = var('recommendations_per_user') %}
    {% set open_slots = [slots - [var('minimum_distinct_categories'), 1] | max, 1] | max %}
    {{ return([var('exploration_share') * slots / open_slots, 1] | min) }}
{% endmacro %}
