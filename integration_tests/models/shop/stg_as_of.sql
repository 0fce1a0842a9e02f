-- In place of recmail's: the shop computes as of its own closing time.
select cast('2024-03-31 23:00:00' as timestamp) as as_of
