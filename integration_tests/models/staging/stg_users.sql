-- The shop's own model of this name, in a schema that recmail has without its prefix.
select 'a' as customer, 'Ann' as first_name
union all
select 'b' as customer, 'Bob' as first_name
