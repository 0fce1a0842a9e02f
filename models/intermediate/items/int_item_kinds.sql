select
    item_id,
    {{ item_kind('category') }} as kind
from {{ ref('stg_items') }}
-- not union all: the two may have one name
union
select
    item_id,
    {{ item_kind('subcategory') }} as kind
from {{ ref('stg_items') }}
where subcategory is not null
