{#-
    An always-valid p-value: 1 / Λ of the mixture sequential probability ratio test with a normal mixture of variance ρ²
    per user (Robbins 1970; Johari, Koomen, Pekelis & Walsh, "Always valid inference", Operations Research 2022), with the
    variance as estimated. Looking every day leaves the error at what was promised, without remembering earlier looks.
        Λ = (1 + nρ²)^(-1/2) · exp(z² / 2 · nρ² / (1 + nρ²))
-#}
{% macro sequential_p_value(z, user_count) -%}
    {%- set spread = user_count ~ ' * ' ~ mixture_weight() -%}
    case
        when {{ z }} is not null
            then least(1e+00, sqrt(1 + {{ spread }}) * exp(-{{ z }} * {{ z }} / 2e+00 * {{ spread }} / (1 + {{ spread }})))
    end
{%- endmacro %}
