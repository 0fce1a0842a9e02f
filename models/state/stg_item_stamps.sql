select
    item_id,
    item_hash,
    shop_hash
from {{ source('state', 'item_stamps') }}
