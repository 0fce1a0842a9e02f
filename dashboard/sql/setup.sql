-- Null where there is nothing below the line.
create temp macro rate(above, below) as cast(above as double) / nullif(cast(below as double), 0);
