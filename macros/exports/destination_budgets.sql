{#-
  What the destinations of an export take, in bytes of UTF-8, which a letter that is not ASCII has two to four of: `record`
  for a whole row, `column` for each column, and `columns` for those that have a budget of their own. From the public limits;
  where these count characters, four bytes each. What the APIs of ESPs take less of, sync/payloads.py makes fit.
-#}
{% macro destination_budgets(export) %}
    {#- any reverse ETL that goes through Segment: 512 KiB a record, 128 KiB a column, 512 columns -#}
    {% set reverse_etl = {'record': 524288, 'column': 131072} %}
    {% set klaviyo = {'record': 100000, 'column': 100000} %}
    {#- names have 150 characters at most (macros/cleaning/clean_name.sql), an address what browsers and feeds take -#}
    {% set slots = {} %}
    {% for slot in range(1, 5) %}
        {% do slots.update({
            'item_' ~ slot ~ '_name': 600, 'item_' ~ slot ~ '_url': 2000, 'item_' ~ slot ~ '_image_url': 2000
        }) %}
    {% endfor %}
    {{ return({
        'esp_profiles': {
            'klaviyo': klaviyo,
            'hubspot': {'record': 1000000, 'column': 100000},
            'braze': {'record': 1000000, 'column': 100000, 'columns': slots},
            'reverse_etl': reverse_etl
        },
        'esp_events': {
            'klaviyo': klaviyo,
            'sendgrid': {'record': 1000000, 'column': 100000, 'columns': {'event_id': 1000, 'subject': 3992}},
            'reverse_etl': reverse_etl
        },
        'catalog_feed': {
            'google_merchant': {
                'record': 100000,
                'column': 20000,
                'columns': {
                    'title': 600, 'description': 20000, 'link': 2000, 'image_link': 2000, 'brand': 280, 'product_type': 3000
                }
            },
            'klaviyo': klaviyo,
            'reverse_etl': reverse_etl
        },
        'site_recommendations': {
            'http': {'record': 1000000, 'column': 1000000},
            'reverse_etl': reverse_etl
        },
        'ad_audiences': {
            'google_and_meta': {
                'record': 100000, 'column': 100000, 'columns': {'email_sha256': 64, 'google_email_sha256': 64}
            },
            'reverse_etl': reverse_etl
        },
        'sms_recommendations': {
            'gateway': {
                'record': 100000, 'column': 100000,
                'columns': {'phone': 16, 'item_1_name': 600, 'item_2_name': 600, 'item_1_url': 2000, 'item_2_url': 2000}
            },
            'reverse_etl': reverse_etl
        }
    }[export]) }}
{% endmacro %}
