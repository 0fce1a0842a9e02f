-- What messages.sql and items.sql are written with: finished text, money and links, and what is wrong with them. Here
-- and not in Python because DuckDB does it many times faster. The macros `html` and `html_link` come from load.py: they
-- escape, or leave that to the templates.

-- Characters that show nothing and turn, hide or forge what does: soft hyphen, marks and overrides of direction,
-- zero-width blanks, fillers, tags. Not the two joiners, which emoji and Persian are written with.
create temp macro invisible_characters() as
    '[\x{AD}\x{34F}\x{61C}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180E}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}'
    || '\x{2060}-\x{206F}\x{3164}\x{FEFF}\x{FFA0}\x{FFF9}-\x{FFFB}\x{E0000}-\x{E007F}]';

create temp macro needs_cleaning(value) as
    regexp_matches(
        value,
        '[\s\p{Cc}\p{Zl}\p{Zp}]{2}|[^\S ]|[\p{Cc}\p{Zl}\p{Zp}\x{200C}\x{200D}]|^ | $|\{[{%#]|' || invisible_characters()
    );

-- Texts of a shop: made one line, without invisible characters, and without what opens a tag for some ESP ("{{", "{%",
-- "{#"). A text of which nothing is left is null.
create temp macro clean_text(value) as
    case
        -- the rule
        when not needs_cleaning(value) then nullif(value, '')
        else
            nullif(
                regexp_replace(
                    regexp_replace(
                        trim(
                            regexp_replace(
                                regexp_replace(value, invisible_characters(), '', 'g'),
                                '[\s\p{Cc}\p{Zl}\p{Zp}]+', ' ', 'g'
                            )
                        ),
                        '\{[{%#]+', '{', 'g'
                    ),
                    '^[\x{200C}\x{200D} ]+$', ''
                ),
                ''
            )
    end;

-- An amount with the decimals of its currency and a dot, as machines read it. Cut off is never: half a unit of the last
-- decimal is rounded up.
create temp macro plain_amount(amount, digits) as
    case digits
        when 2 then cast(cast(amount as decimal(18, 2)) as varchar)
        when 0 then cast(cast(amount as decimal(18, 0)) as varchar)
        when 3 then cast(cast(amount as decimal(18, 3)) as varchar)
        when 4 then cast(cast(amount as decimal(18, 4)) as varchar)
    end;

-- 1234567 as 1,234,567, or as 12,34,567.
create temp macro grouped(whole, group_mark, groups_of_two) as
    case
        when groups_of_two
            then
                reverse(
                    rtrim(regexp_replace(reverse(whole[:-4]), '([0-9]{2})', '\1,', 'g'), ',')
                ).replace(',', group_mark)
                || group_mark
                || whole[-3:]
        else replace(format('{:,}', cast(whole as bigint)), ',', group_mark)
    end;

-- 1234.50 as 1,234.50 or 1.234,50 or 1234,50: the marks of the locale, grouped from so many digits on.
create temp macro with_marks(plain, decimals, decimal_mark, group_mark, groups_of_two, grouped_from_digits) as
    case
        when length(plain) - case when decimals = 0 then 0 else decimals + 1 end < grouped_from_digits
            then replace(plain, '.', decimal_mark)
        else
            grouped(split_part(plain, '.', 1), group_mark, groups_of_two)
            || case when decimals = 0 then '' else decimal_mark || split_part(plain, '.', 2) end
    end;

-- A plain amount as the row of money_formats for the message's locale and the currency has it.
create temp macro money(plain, style, grouped_from_digits) as
    case
        when starts_with(plain, '-')
            then
                style.before_negative
                || with_marks(
                    plain[2:], style.digits, style.decimal_mark, style.group_mark, style.groups_of_two,
                    grouped_from_digits
                )
                || style.after_negative
        else
            style.before
            || with_marks(
                plain, style.digits, style.decimal_mark, style.group_mark, style.groups_of_two, grouped_from_digits
            )
            || style.after
    end;

-- Parameters go after an existing query and before a fragment.
create temp macro with_parameters(url, parameters) as
    split_part(url, '#', 1)
    || case
        when not contains(split_part(url, '#', 1), '?') then '?'
        when regexp_matches(split_part(url, '#', 1), '[?&]$') then ''
        else '&'
    end
    || parameters
    || case when contains(url, '#') then url[strpos(url, '#'):] else '' end;

-- A link to the shop says from which campaign and message it comes, and from which place in it.
create temp macro tagged_link(url, tracking, content) as
    with_parameters(url, tracking || content);

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
create temp macro product_card(name, url, image_url, plain_price, currency, rating_average, rating_count) as
    '{"@type":"Product","name":' || json_text(name)
    || coalesce(',"image":' || json_link(image_url), '')
    || case
        when rating_count > 0
            then ',"aggregateRating":{"@type":"AggregateRating","ratingValue":'
            || format('{:.1f}', rating_average)
            || ',"reviewCount":' || cast(rating_count as bigint) || '}'
        else ''
    end
    || ',"offers":{"@type":"Offer","price":' || plain_price
    || ',"priceCurrency":' || json_text(currency)
    || ',"url":' || json_link(url) || '}}';

-- Gmail's carousel in the Promotions tab; a card needs its picture. Its price is the one before the discount, from
-- which Gmail subtracts discountValue to show what is to be paid.
create temp macro promotion_card(name, url, image_url, plain_price, plain_list_price, plain_saving, currency, place) as
    '{"@type":"PromotionCard","headline":' || json_text(name)
    || ',"image":' || json_link(image_url)
    || ',"price":' || coalesce(plain_list_price, plain_price)
    || coalesce(',"discountValue":' || plain_saving, '')
    || ',"priceCurrency":' || json_text(currency)
    || ',"url":' || json_link(url)
    || ',"position":' || place || '}';

-- Gmail's line above the carousel: what is offered, with its code and its end.
create temp macro offer_card(headline, code, ends_at) as
    '{"@type":"DiscountOffer","description":' || json_text(headline)
    || coalesce(',"discountCode":' || json_text(code), '')
    || coalesce(',"availabilityEnds":"' || strftime(ends_at, '%Y-%m-%dT%H:%M:%SZ') || '"', '')
    || '}';

create temp macro fault(field, reason) as
    case when reason is not null then {'field': field, 'reason': reason} end;

-- What is wrong with a value; null when nothing is.
create temp macro text_reason(value) as
    case
        when trim(coalesce(value, '')) = '' then 'is missing'
        when regexp_matches(value, '[\p{Cc}\p{Zl}\p{Zp}]') then 'has a line break or control character'
    end;

-- The same for a text that was cleaned.
create temp macro line_reason(value) as
    case
        when coalesce(value, '') = '' then 'is missing'
        when strlen(value) > 1000 and length(value) > 1000 then 'is longer than 1000 characters'
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
        when not coalesce(regexp_full_match(address, '[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+'), false)
            then 'is not an email address'
    end;

-- The reader's own links get `u` and `t`: with two of a name, a service could take the wrong one.
create temp macro personal_link_reason(url) as
    coalesce(
        link_reason(url),
        case
            when contains(url, '?') and regexp_matches(split_part(url, '#', 1), '[?&][ut](=|&|$)')
                then 'has a parameter u or t already'
        end
    );

create temp macro amount_reason(amount) as
    case
        when amount is null then 'is missing'
        when not isfinite(amount) or amount < 0 or try_cast(amount as decimal(18, 4)) is null
            then 'is not an amount of money'
    end;

create temp macro found_faults(faults) as
    list_filter(faults, lambda found: found is not null);
