{#-
  Which whole numbers take which form of a text, by language: cardinal rules of Unicode CLDR, in SQL with {n} for the
  number, the first that holds; any other number is `other`. A language that stands nowhere has a form for 1, as English
  does; of those without a form only the widespread ones are named. tests/python/test_texts.py holds them beside Babel.
-#}
{% macro plural_rules() %}
    {% set tens, hundreds, millions = 'mod({n}, 10)', 'mod({n}, 100)', '{n} > 0 and mod({n}, 1000000) = 0' %}
    {% set one, two = '{n} = 1', '{n} = 2' %}
    {% set ends_in_1 = tens ~ ' = 1 and ' ~ hundreds ~ ' <> 11' %}
    {% set ends_in_2_to_4 = tens ~ ' between 2 and 4 and ' ~ hundreds ~ ' not between 12 and 14' %}
    {% set not_11_to_19 = hundreds ~ ' not between 11 and 19' %}
    {{ return([
        {'languages': 'id ja jv ko lo ms my su th vi wo yo yue zh', 'forms': {}},
        {
            'languages': 'ak am as bho bn csw doi fa ff gu guw hi hy kab kn ln mg nso pa pcm si ti wa zu',
            'forms': {'one': '{n} in (0, 1)'}
        },
        {'languages': 'ca es it lld scn vec', 'forms': {'one': one, 'many': millions}},
        {'languages': 'fr ht pt', 'forms': {'one': '{n} in (0, 1)', 'many': millions}},
        {'languages': 'he iu naq sat se sma smj smn sms', 'forms': {'one': one, 'two': two}},
        {'languages': 'be ru uk', 'forms': {'one': ends_in_1, 'few': ends_in_2_to_4, 'many': 'true'}},
        {'languages': 'pl', 'forms': {'one': one, 'few': ends_in_2_to_4, 'many': 'true'}},
        {'languages': 'bs hr sh sr', 'forms': {'one': ends_in_1, 'few': ends_in_2_to_4}},
        {'languages': 'cs sk', 'forms': {'one': one, 'few': '{n} between 2 and 4'}},
        {
            'languages': 'dsb hsb sl',
            'forms': {
                'one': hundreds ~ ' = 1', 'two': hundreds ~ ' = 2', 'few': hundreds ~ ' between 3 and 4'
            }
        },
        {'languages': 'is mk', 'forms': {'one': ends_in_1}},
        {
            'languages': 'lv prg',
            'forms': {'one': ends_in_1, 'zero': tens ~ ' = 0 or ' ~ hundreds ~ ' between 11 and 19'}
        },
        {
            'languages': 'lt',
            'forms': {
                'one': tens ~ ' = 1 and ' ~ not_11_to_19, 'few': tens ~ ' between 2 and 9 and ' ~ not_11_to_19
            }
        },
        {'languages': 'mo ro', 'forms': {'one': one, 'few': '{n} = 0 or ' ~ hundreds ~ ' between 1 and 19'}},
        {'languages': 'ceb fil tl', 'forms': {'one': '{n} in (1, 2, 3) or ' ~ tens ~ ' not in (4, 6, 9)'}},
        {'languages': 'blo ksh lag', 'forms': {'zero': '{n} = 0', 'one': one}},
        {'languages': 'shi', 'forms': {'one': '{n} in (0, 1)', 'few': '{n} between 2 and 10'}},
        {'languages': 'tzm', 'forms': {'one': '{n} in (0, 1) or {n} between 11 and 99'}},
        {
            'languages': 'ar',
            'forms': {
                'zero': '{n} = 0', 'one': one, 'two': two, 'few': hundreds ~ ' between 3 and 10',
                'many': hundreds ~ ' between 11 and 99'
            }
        },
        {
            'languages': 'br',
            'forms': {
                'one': tens ~ ' = 1 and ' ~ hundreds ~ ' not in (11, 71, 91)',
                'two': tens ~ ' = 2 and ' ~ hundreds ~ ' not in (12, 72, 92)',
                'few': tens ~ ' in (3, 4, 9) and ' ~ hundreds ~ ' not between 10 and 19 and '
                    ~ hundreds ~ ' not between 70 and 79 and ' ~ hundreds ~ ' not between 90 and 99',
                'many': millions
            }
        },
        {
            'languages': 'cy',
            'forms': {'zero': '{n} = 0', 'one': one, 'two': two, 'few': '{n} = 3', 'many': '{n} = 6'}
        },
        {
            'languages': 'ga',
            'forms': {'one': one, 'two': two, 'few': '{n} between 3 and 6', 'many': '{n} between 7 and 10'}
        },
        {
            'languages': 'gd',
            'forms': {
                'one': '{n} in (1, 11)', 'two': '{n} in (2, 12)', 'few': '{n} between 3 and 10 or {n} between 13 and 19'
            }
        },
        {
            'languages': 'gv',
            'forms': {'one': tens ~ ' = 1', 'two': tens ~ ' = 2', 'few': 'mod({n}, 20) = 0'}
        },
        {
            'languages': 'mt',
            'forms': {
                'one': one, 'two': two, 'few': '{n} = 0 or ' ~ hundreds ~ ' between 3 and 10',
                'many': hundreds ~ ' between 11 and 19'
            }
        }
    ]) }}
{% endmacro %}
