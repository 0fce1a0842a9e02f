{{ config(materialized='view') }}

select
    {% for feature in prediction_features() %}
        {{ feature_position(feature) }} as {{ feature.name }},
    {% endfor %}
    cut_number,
    user_id
from {{ ref('int_user_snapshots') }}
