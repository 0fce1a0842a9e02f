-- The playbook as delivered holds no row that can't come to anything: on the demo, as of its end, each is some user's.
-- Elsewhere a shop may well have nobody in a segment; users.int_playbook_hits counts.
select
    play,
    block
from {{ ref('int_playbook_hits') }}
where
    user_count = 0
    and {{
        'true' if var('input_location') == 'data/demo' and not (var('input_schema') or var('as_of')) else 'false'
    }}
