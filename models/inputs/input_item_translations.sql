{{ input_rows('item_translations') }}
