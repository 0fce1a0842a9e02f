{#- Text with HTML's entities decoded, once: `&amp;amp;` is &amp;. What is no entity stays, AT&T for one. -#}
{% macro decoded_entities(text) -%}
    {{ return(adapter.dispatch('decoded_entities', 'recmail')(text)) }}
{%- endmacro %}


{#- Spark has no function of a letter's number beyond 255: the named ones and the commonest numbers. -#}
{% macro default__decoded_entities(text) -%}
    {%- set entities = recmail.html_entities() -%}
    {{ 'replace(' * (entities | length + 1) }}{{ text }}
    {%- for name, letter in entities.items() %}, '&{{ name }};', {{ recmail.literal(letter) }}){% endfor %}, '&amp;', '&')
{%- endmacro %}


{% macro duckdb__decoded_entities(text) -%}
    {%- set entities = {'amp': '&'} -%}
    {%- do entities.update(recmail.html_entities()) -%}
    case
        when regexp_matches({{ text }}, '&#?[0-9A-Za-z]{2,8};') then array_to_string(list_transform(
            regexp_extract_all({{ text }}, '&#?[0-9A-Za-z]{2,8};|&|[^&]+', 0, 's'),
            lambda part: coalesce(
                case
                    when part like '&#x%;' or part like '&#X%;' then try(chr(try_cast('0x' || part[4:-2] as integer)))
                    when part like '&#%;' then try(chr(try_cast(part[3:-2] as integer)))
                    when part like '&%;' then map_extract_value(map({{ recmail.split_literal(entities.keys()) }}, {{ recmail.split_literal(entities.values()) }}), part[2:-2])
                end,
                part
            )
        ), '')
        else {{ text }}
    end
{%- endmacro %}


{#- a list as one text that is split: DuckDB plans it in half the time of a list of literals -#}
{% macro split_literal(texts) -%}
    split({{ recmail.literal(texts | join('|')) }}, '|')
{%- endmacro %}


{#- {name: letter} of the entities that catalogues hold, without amp, which comes last where one follows the other -#}
{% macro html_entities() %}
    {% set entities = {
        'lt': '<', 'gt': '>', 'quot': '"', 'apos': "'", 'ndash': '–', 'mdash': '—', 'lsquo': '‘', 'rsquo': '’',
        'sbquo': '‚', 'ldquo': '“', 'rdquo': '”', 'bdquo': '„', 'lsaquo': '‹', 'rsaquo': '›', 'hellip': '…', 'bull': '•',
        'euro': '€', 'trade': '™', 'ensp': ' ', 'emsp': ' ', 'thinsp': ' ', 'zwnj': '', 'zwj': '', 'OElig': 'Œ',
        'oelig': 'œ', 'Scaron': 'Š', 'scaron': 'š', 'Yuml': 'Ÿ', 'minus': '−', 'prime': '′', 'Prime': '″', 'hearts': '♥'
    } %}
    {% set letters = ' ¡¢£¤¥¦§¨©ª«¬' ~ '­' ~ '®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ' %}
    {% for name in (
        'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro '
        ~ 'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil '
        ~ 'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave '
        ~ 'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml '
        ~ 'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute '
        ~ 'thorn yuml'
    ).split(' ') %}
        {% do entities.update({name: letters[loop.index0]}) %}
    {% endfor %}
    {{ return(entities) }}
{% endmacro %}
