{{ config(severity='warn') }}

-- Nobody gets an offer whose minimum_segment is none of new, browser, first_time_buyer, repeat_buyer, high_value, vip.
select offer_id
from {{ ref('int_offers') }}
where
    is_live
    and minimum_rank is null
