-- A placement that steers itself is a play of its name: one name for both would mix their weights.
select placements.placement
from {{ ref('placements') }} as placements
inner join {{ ref('playbook') }} as playbook
    on placements.placement = playbook.play
