-- What load.sql is written with: finished text, money and links, and what is wrong with them. Here and not in Python
-- because DuckDB does it on all cores.

-- Item texts come from a shop's catalogue: made one line, and without tags that an ESP would evaluate ("{{", "{%").
create temp macro clean_text(value) as
    nullif(trim(regexp_replace(regexp_replace(value, '[\s\p{Cc}\p{Zl}\p{Zp}]+', ' ', 'g'), '\{[{%]+', '{', 'g')), '');

create temp macro money(amount, currency) as
    case currency
        when 'USD' then '$'
        when 'EUR' then '€'
        when 'GBP' then '£'
        when 'JPY' then '¥'
        when 'INR' then '₹'
        when 'KRW' then '₩'
        when 'BRL' then 'R$'
        when 'CAD' then 'CA$'
        when 'AUD' then 'A$'
        when 'NZD' then 'NZ$'
        when 'MXN' then 'MX$'
        else currency || ' '
    end || case when currency in ('JPY', 'KRW') then format('{:,.0f}', amount) else format('{:,.2f}', amount) end;

-- Parameters go after an existing query and before a fragment.
create temp macro tagged_link(url, trigger_type, content) as
    split_part(url, '#', 1)
    || case
        when not contains(split_part(url, '#', 1), '?') then '?'
        when regexp_matches(split_part(url, '#', 1), '[?&]$') then ''
        else '&'
    end
    || 'utm_source=recmail&utm_medium=email'
    || '&utm_campaign=' || url_encode(trigger_type)
    || '&utm_content=' || url_encode(content)
    || case when contains(url, '#') then url[strpos(url, '#'):] else '' end;

create temp macro fault(field, reason) as
    case when reason is not null then {'field': field, 'reason': reason} end;

create temp macro text_fault(field, value) as
    fault(field, case
        when trim(coalesce(value, '')) = '' then 'is missing'
        when regexp_matches(value, '[\p{Cc}\p{Zl}\p{Zp}]') then 'has a line break or control character'
        when regexp_matches(value, '\{[{%]') then 'has an unfilled template tag'
    end);

create temp macro link_fault(field, url) as
    fault(field, case
        when url is null then 'is missing'
        when not regexp_full_match(url, 'https://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][^\s\p{Cc}"''<>\\^`{|}]*)?')
            then 'is not an https address'
    end);

create temp macro amount_fault(field, amount) as
    fault(field, case
        when amount is null then 'is missing'
        when not isfinite(amount) or amount < 0 then 'is not an amount of money'
    end);

create temp macro found_faults(faults) as
    list_filter(faults, lambda found: found is not null);
