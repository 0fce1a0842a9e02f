-- Rows of a later as_of count, too: a destination that was told of them has them, whatever time it is here.
select
    export,
    export_key,
    operation,
    content_hash,
    changed_at
from {{ source('state', 'exported_rows') }}
