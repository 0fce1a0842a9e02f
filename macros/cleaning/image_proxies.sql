{#-
  User agents, in small letters, of the proxies through which mail programs load pictures. They may load them for nobody, and
  again; so their opens tell of no person. Apple's calls itself Mozilla/5.0 and nothing more.
-#}
{% macro image_proxies() -%}
    googleimageproxy|ggpht[.]com|yahoomailproxy|imageproxy
{%- endmacro %}
