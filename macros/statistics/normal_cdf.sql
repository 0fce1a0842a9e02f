{#-
    P(Z <= z) of the standard normal distribution, which neither DuckDB nor Spark has: the rational approximations of
    W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 1969, as in ANORM of
    his SPECFUN. In the lower tail, where p-values are, it is right to 1e-10 of itself: ask for normal_cdf('(-abs(z))').
    It stands here often: name a column.
-#}
{% macro normal_cdf(z) -%}
    {%- set size = 'abs(' ~ z ~ ')' -%}
    {%- set square = '(' ~ z ~ ' * ' ~ z ~ ')' -%}
    {%- set tail -%}
        exp(-{{ square }} / 2e+00) * case
            when {{ size }} <= 5.656854e+00 then {{ polynomial([
                '1.0765576773720192317e-8', '3.9894151208813466764e-1', '8.8831497943883759412e+0',
                '9.3506656132177855979e+1', '5.9727027639480026226e+2', '2.4945375852903726711e+3',
                '6.8481904505362823326e+3', '1.1602651437647350124e+4', '9.8427148383839780218e+3'
            ], size) }} / {{ polynomial([
                '1e+0', '2.2266688044328115691e+1', '2.3538790178262499861e+2', '1.519377599407554805e+3',
                '6.485558298266760755e+3', '1.8615571640885098091e+4', '3.4900952721145977266e+4',
                '3.8912003286093271411e+4', '1.9685429676859990727e+4'
            ], size) }}
            else (3.98942280401432678e-1 - {{ polynomial([
                '2.307344176494017303e-2', '2.1589853405795699e-1', '1.274011611602473639e-1',
                '2.2235277649281346735e-2', '1.421619193227893466e-3', '2.9112874951168792e-5'
            ], '(1 / ' ~ square ~ ')') }} / {{ square }} / {{ polynomial([
                '1e+0', '1.28426009614491121e+0', '4.68238212480865118e-1', '6.59881378689285515e-2',
                '3.78239633202758244e-3', '7.29751555083966205e-5'
            ], '(1 / ' ~ square ~ ')') }}) / {{ size }}
        end
    {%- endset -%}
    case
        when {{ size }} <= 6.7448975e-01 then 5e-01 + {{ z }} * {{ polynomial([
            '6.5682337918207449113e-2', '2.2352520354606839287e+0', '1.6102823106855587881e+2',
            '1.0676894854603709582e+3', '1.8154981253343561249e+4'
        ], square) }} / {{ polynomial([
            '1e+0', '4.720258190468824187e+1', '9.7609855173777669322e+2', '1.0260932208618978205e+4',
            '4.5507789335026729956e+4'
        ], square) }}
        when {{ z }} > 0 then 1 - {{ tail }}
        else {{ tail }}
    end
{%- endmacro %}
