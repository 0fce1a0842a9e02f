-- A view, as int_candidate_features.
{{ config(materialized='view') }}

{{ strategy_scores(ref('int_candidates')) }}
