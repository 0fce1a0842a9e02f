-- A view: int_scored_candidates asks for one range of users after the other, and no table holds all features.
{{ config(materialized='view') }}

{{ candidate_features(ref('int_candidates')) }}
