select 'o1' as order_id, 'a' as user_id, cast('2024-03-01 12:00:00' as timestamp) as ordered_at
