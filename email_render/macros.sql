-- What messages.sql and items.sql are written with: finished text, money and links, and what is wrong with them. Here
-- and not in Python because DuckDB does it many times faster. The macros `html` and `html_link` come from load.py: they
-- escape, or leave that to the templates.

-- Texts of a shop's catalogue: made one line, and without tags that an ESP would evaluate ("{{", "{%").
create temp macro clean_text(value) as
    case
        -- the rule: nothing to clean
        when not regexp_matches(value, '[\s\p{Cc}\p{Zl}\p{Zp}]{2}|[^\S ]|[\p{Cc}\p{Zl}\p{Zp}]|^ | $|\{[{%]')
            then nullif(value, '')
        else
            nullif(
                trim(
                    regexp_replace(
                        regexp_replace(value, '[\s\p{Cc}\p{Zl}\p{Zp}]+', ' ', 'g'), '\{[{%]+', '{', 'g'
                    )
                ),
                ''
            )
    end;

-- How a message writes a number that is in English so far.
create temp macro written_with(number_format, english) as
    case
        when number_format.decimal_mark = '.' and number_format.group_mark = ',' then english
        else
            replace(
                replace(replace(english, ',', ';'), '.', number_format.decimal_mark),
                ';',
                number_format.group_mark
            )
    end;

-- 1234.5 as 1,234.50 or 1.234,50 or 1234,50, as the message's number_format says.
create temp macro decimal_number(amount, digits, number_format) as
    written_with(
        number_format,
        case
            -- the rule: too small to be grouped, however it is rounded
            when amount < 999 then format('{:.' || digits || 'f}', cast(amount as double))
            when
                length(split_part(format('{:.' || digits || 'f}', cast(amount as double)), '.', 1))
                >= number_format.grouped_from_digits
                then format('{:,.' || digits || 'f}', cast(amount as double))
            else format('{:.' || digits || 'f}', cast(amount as double))
        end
    );

create temp macro currency_symbol(currency) as
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
        else currency
    end;

create temp macro money(amount, currency, number_format) as
    case
        when number_format.symbol_position = 'after'
            then
                decimal_number(amount, case when currency in ('JPY', 'KRW') then 0 else 2 end, number_format)
                || chr(160)
                || currency_symbol(currency)
        else
            currency_symbol(currency)
            -- letters keep their distance from the number
            || case when currency_symbol(currency) = currency then chr(160) else '' end
            || decimal_number(amount, case when currency in ('JPY', 'KRW') then 0 else 2 end, number_format)
    end;

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

-- A JSON string that can stand in a <script> element: nothing in it ends the element or opens a comment.
create temp macro json_text(value) as
    case
        when regexp_matches(value, '[\\"<>&\p{Cc}]')
            then
                replace(
                    replace(replace(cast(to_json(value) as varchar), '<', '\u003c'), '>', '\u003e'), '&', '\u0026'
                )
        else '"' || value || '"'
    end;

-- The same for an address without fault, which holds nothing else that needs it.
create temp macro json_link(url) as
    '"' || replace(url, '&', '\u0026') || '"';

-- schema.org: what a mail program may show of an item without opening the email.
create temp macro product_card(name, url, image_url, price, currency, rating_average, rating_count) as
    '{"@type":"Product","name":' || json_text(name)
    || coalesce(',"image":' || json_link(image_url), '')
    || case
        when rating_count > 0
            then ',"aggregateRating":{"@type":"AggregateRating","ratingValue":'
            || format('{:.1f}', rating_average)
            || ',"reviewCount":' || cast(rating_count as bigint) || '}'
        else ''
    end
    || ',"offers":{"@type":"Offer","price":' || format('{:.2f}', price)
    || ',"priceCurrency":' || json_text(currency)
    || ',"url":' || json_link(url) || '}}';

-- Gmail's carousel in the Promotions tab; a card needs its picture.
create temp macro promotion_card(name, url, image_url, price, list_price, currency, place) as
    '{"@type":"PromotionCard","headline":' || json_text(name)
    || ',"image":' || json_link(image_url)
    || ',"price":' || format('{:.2f}', price)
    || coalesce(',"discountValue":' || format('{:.2f}', list_price - price), '')
    || ',"priceCurrency":' || json_text(currency)
    || ',"url":' || json_link(url)
    || ',"position":' || place || '}';

create temp macro fault(field, reason) as
    case when reason is not null then {'field': field, 'reason': reason} end;

-- What is wrong with a value; null when nothing is.
create temp macro text_reason(value) as
    case
        when trim(coalesce(value, '')) = '' then 'is missing'
        when regexp_matches(value, '[\p{Cc}\p{Zl}\p{Zp}]') then 'has a line break or control character'
        when regexp_matches(value, '\{[{%]') then 'has an unfilled template tag'
    end;

create temp macro choice_reason(value, choices) as
    case when not coalesce(list_contains(choices, value), false)
        then 'is not one of ' || array_to_string(choices, ', ') end;

create temp macro link_reason(url) as
    case
        when url is null then 'is missing'
        when not regexp_full_match(url, 'https://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][^\s\p{Cc}"''<>\\^`{|}]*)?')
            then 'is not an https address'
    end;

create temp macro address_reason(address) as
    case
        when not coalesce(regexp_full_match(address, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+'), false)
            then 'is not an email address'
    end;

create temp macro currency_reason(currency) as
    case when not coalesce(regexp_full_match(currency, '[A-Z]{3}'), false) then 'is not an ISO 4217 code' end;

create temp macro amount_reason(amount) as
    case
        when amount is null then 'is missing'
        when not isfinite(amount) or amount < 0 then 'is not an amount of money'
    end;

create temp macro found_faults(faults) as
    list_filter(faults, lambda found: found is not null);
