select 'i1' as item_id, 'Lamp' as item_name, 'Light' as category, 30 as price, 'GBP' as currency
union all
select 'i2' as item_id, 'Rug' as item_name, 'Floor' as category, 90 as price, 'GBP' as currency
