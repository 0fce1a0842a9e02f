{#-
    The one place that knows strategies, in the order in which they explain an item that several proposed: what the user
    did before what others did. A new one is a model int_candidates_<name>, its YAML and its row here. In a row:
      name, family      family says whose behaviour proposes: own, collaborative, content, popular, or exploration
      reason            reason type that explains its items; `because_you` goes on _bought, _viewed or _liked, by what the
                        user did with the evidence; none says nothing
      knots             how finely the ranker tells its scores apart; 0: it isn't ranked, explored slots draw from it
      coefficient       log-odds that its strongest proposal adds as long as nothing was trained
      votes             model of votes, on keys, that proposes for it instead of int_candidates_<name>
-#}
{% macro strategies() -%}
    {% set columns = ['name', 'family', 'reason', 'knots', 'coefficient', 'votes'] %}
    {% set rows = [
        ('left_in_cart', 'own', 'left_in_cart', 3, 5.0, none),
        ('recently_viewed', 'own', 'recently_viewed', 3, 3.0, none),
        ('viewed_before', 'own', 'viewed_before', 3, 2.0, none),
        ('buy_again', 'own', 'buy_again', 8, 10.0, none),
        ('complements', 'content', 'complements', 5, 0.5, 'int_complement_votes'),
        ('also_bought', 'collaborative', 'because_you', 8, 0.8, 'int_neighbour_votes'),
        ('bought_together', 'collaborative', 'bought_together', 8, 0.5, 'int_neighbour_votes'),
        ('on_offer', 'popular', 'on_offer', 3, 0.3, none),
        ('also_viewed', 'collaborative', 'because_you', 5, 0.4, 'int_neighbour_votes'),
        ('similar_items', 'content', 'similar_items', 5, 0.5, 'int_neighbour_votes'),
        ('upgrade', 'content', 'upgrade', 3, 0.1, 'int_neighbour_votes'),
        ('similar_users', 'collaborative', 'similar_users', 8, 3.0, 'int_similar_user_votes'),
        ('new_arrivals', 'popular', 'new_arrivals', 3, 0.4, none),
        ('trending_in_category', 'popular', 'trending_in_category', 3, 0.3, none),
        ('trending', 'popular', 'trending', 3, 0.2, none),
        ('best_sellers', 'popular', 'popular', 5, 0.5, none),
        ('explore', 'exploration', none, 0, none, none),
    ] %}
    {% set found = [] %}
    {% for row in rows %}
        {% do found.append(dict(zip(columns, row))) %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}
