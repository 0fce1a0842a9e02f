-- Groups of products and gift cards are nothing that is shown. Stock that nobody counts, or that is sold without, is
-- unknown.
{{ config(enabled='woocommerce' in var('sources')) }}

with products as (

    select
        *,
        nullif(parent_id, '0') as parent_product_id
    from {{ ref('woocommerce_table_products') }}
    where
        coalesce(lower(product_type), '') <> 'grouped'
        and coalesce(lower(product_type), '') not like '%gift%card%'

),

variations as (

    select
        variations.*,
        coalesce(nullif(variations.product_id, '0'), variation_ids.product_id) as parent_product_id
    from {{ ref('woocommerce_table_variations') }} as variations
    left join {{ ref('woocommerce_table_variation_ids') }} as variation_ids
        on variations.variation_id = variation_ids.variation_id

),

listed as (

    {% for table_name, id in {'products': 'product_id', 'variations': 'variation_id'}.items() %}
        {% set is_product = loop.first %}
        select
            {{ id }} as item_id,
            parent_product_id,
            title,
            {{ clean_number('price') }} as price,
            {{ clean_number('regular_price') }} as list_price,
            {{ 'cast(null as ' ~ dbt.type_string() ~ ')' if is_product else 'image_url' }} as image_url,
            item_url,
            case
                when lower(stock_status) = 'outofstock' then 0
                when lower(backorders) in ('yes', 'notify') or lower(is_stock_managed) = 'false' then null
                -- of null and 0 DuckDB's greatest is 0, which would be sold out
                when {{ clean_number('stock_quantity') }} > 0 then {{ clean_number('stock_quantity') }}
                when {{ clean_number('stock_quantity') }} <= 0 then 0
            end as stock_quantity,
            coalesce(lower(status), 'publish') = 'publish'
            {% if is_product %}
                and coalesce(lower(visibility), 'visible') <> 'hidden'
            {% endif %}
            and coalesce({{ clean_boolean('is_purchasable') }}, true)
            and not coalesce({{ clean_boolean('is_deleted') }}, false) as is_active,
            {{ clean_number('rating_average' if is_product else 'null') }} as rating_average,
            {{ clean_number('rating_count' if is_product else 'null') }} as rating_count,
            {{ clean_timestamp('created_at') }} as published_at
        from {{ table_name }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    listed.*,
    case
        when parents.product_id is null or listed.title = parents.title then listed.title
        when listed.title is null then parents.title
        else concat(parents.title, ' – ', listed.title)
    end as item_name,
    coalesce(parents.product_id, listed.item_id) as family_id
from listed
left join products as parents
    on listed.parent_product_id = parents.product_id
