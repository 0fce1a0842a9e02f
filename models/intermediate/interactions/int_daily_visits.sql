{{ config(news={'of': ['int_web_interactions'], 'key': 'user_id'}) }}
{{ daily_interactions(ref('int_visit_events')) }}
