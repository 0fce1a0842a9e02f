{{ config(materialized='view') }}

select
    {% for feature in prediction_features() %}
        {{ knot_place(feature) }} as {{ feature.name }},
    {% endfor %}
    cut_number,
    user_id
from {{ ref('int_user_snapshots') }}
