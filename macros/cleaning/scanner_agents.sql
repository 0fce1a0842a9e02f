{#- User agents, in small letters, of what follows the links of an email before its reader does: filters against fraud and libraries. -#}
{% macro scanner_agents() -%}
    barracuda|mimecast|proofpoint|urldefense|safelinks|messagelabs|trendmicro|fireeye|fortinet|sophos|scanner|bot[/ ;)]|crawler|spider|headless|python-|curl/|wget/|go-http-client|java/
{%- endmacro %}
