select
    item_id,
    item_hash
from {{ source('state', 'item_stamps') }}
