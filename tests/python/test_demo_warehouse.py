"""What the demo is there to show is in its warehouse: elsewhere a shop may well have nobody of a kind."""

from dbt_tools.build_vars import declared_vars

VARS = declared_vars()


def test_each_play_is_some_users(demo):
    assert demo.query("select play, block from int_playbook_hits where user_count = 0 order by all") == []


def test_each_play_is_to_be_seen_in_an_email(demo):
    """Its titles over a block that its strategies filled, and the layout of the first block.

    "Goes well together" has to be true of every item under it, which default coefficients, all for buying again, may
    never let it be.
    """
    unseen = """
        with of_digests as (
            select distinct plays.play, plays.block
            from int_user_playbook as plays
            inner join email_queue as messages on plays.user_id = messages.user_id
            where messages.language = 'en' and messages.placement = 'email_digest'
        ),
        shown as (
            select distinct plays.play, plays.block
            from int_user_playbook as plays
            inner join email_queue as messages on plays.user_id = messages.user_id
            inner join texts as titles on plays.title_key = titles.key and messages.language = titles.language
            where
                messages.language = 'en'
                and messages.placement = 'email_digest'
                and (
                    messages.blocks[case when plays.block = 'primary' then 1 else 2 end].title = titles.text
                    or plays.title_key = 'title.goes_together'
                )
                and (
                    plays.block = 'secondary'
                    or messages.layout = case when plays.layout = 'single' then 'hero' else plays.layout end
                )
        )
        select play, block, of_digests.play is not null as has_a_digest
        from playbook
        left join of_digests using (play, block)
        anti join shown using (play, block)
        order by all
    """
    # vips hear of something else that day
    assert demo.query(unseen) == [("vip", "primary", False), ("vip", "secondary", False)]


def test_each_rule_hits_somebody_who_is_mailed(demo):
    mailed = """
        select hits.rule_name
        from int_user_rules as hits
        inner join email_queue as messages on hits.user_id = messages.user_id
        where messages.language = 'en' and hits.effect_rank = 1
    """
    rules = {name for (name,) in demo.query("select rule_name from int_rule_hits")}
    assert rules == {rule["name"] for rule in VARS["personalisation_rules"]}
    assert rules - {name for (name,) in demo.query(mailed)} == set()


def odds_raised(of: str) -> str:
    return f"ln({of}.score / (1 - {of}.score)) - ln({of}.pure_score / (1 - {of}.pure_score))"


def test_the_playbook_moves_lists(demo):
    """A play that leaves lists as they would be anyway is no rule.

    Its blocks hold more of what it wants than the items that the pure ranking has there: the play raises the odds
    more, in the mean of logs.
    """
    block = "case when position <= items_primary then 'primary' else 'secondary' end"
    found = demo.query(
        f"""
        with digests as (
            from int_placement_users where placement = 'email_digest'
        ),
        candidates as (
            select
                digests.user_id, digests.items_primary, digests.list_size, steered.*,
                row_number() over (
                    partition by steered.list_key order by steered.score desc, steered.item_number
                ) as position
            from int_steered_candidates as steered
            inner join digests using (list_key)
        ),
        lists as (
            -- what diversity keeps is not the playbook's doing
            select user_id, {block} as block, score / playbook_factor as pure_score, score, true as is_listed
            from int_diverse_lists
            inner join digests using (list_key)
            where not is_sure
            union all
            select
                user_id, {block}, score,
                case when position <= items_primary then primary_score else secondary_score end,
                false
            from candidates
            where position <= list_size
        )
        select
            plays.play,
            avg({odds_raised("lists")}) filter (where lists.is_listed) as listed_raise,
            avg({odds_raised("lists")}) filter (where not lists.is_listed) as pure_raise
        from lists
        inner join int_user_playbook as plays on lists.user_id = plays.user_id and lists.block = plays.block
        group by plays.play
        order by plays.play
        """
    )
    assert found
    assert [play for play, listed, pure in found if listed <= pure] == []


def test_draws_come_as_often_as_their_propensity_says(demo):
    """What is drawn, each item weighted by 1 / propensity, counts all that might have been drawn for the slots: that is
    what estimates of other policies rest on. Nothing drawn is of a kind that the list has."""
    kinds = """
        select distinct lists.list_key, pool.kind_number
        from int_diverse_lists as lists
        inner join int_placement_users as users on lists.list_key = users.list_key
        inner join int_ranking_pool as pool on users.user_key = pool.user_key and lists.item_key = pool.item_key
    """
    drawable = f"""
        select users.list_key, sum(draws.kind_item_count) as item_count
        from int_placement_users as users
        inner join int_exploration_draws as draws on users.user_key = draws.user_key
        anti join ({kinds}) as kinds on users.list_key = kinds.list_key and draws.kind_number = kinds.kind_number
        group by users.list_key
    """
    [(slots, weighted, possible)] = demo.query(f"""
        select count(drawn_item_key), sum(1 / propensity) filter (drawn_item_key is not null), sum(item_count)
        from int_open_slots
        inner join ({drawable}) as drawable using (list_key)
    """)
    assert slots > 5000
    assert abs(weighted / float(possible) - 1) < 0.05
    twins = f"""
        select count(*)
        from int_open_slots as slots
        inner join int_item_labels as labels on slots.drawn_item_key = labels.item_key
        inner join ({kinds}) as kinds on slots.list_key = kinds.list_key and labels.kind_number = kinds.kind_number
    """
    assert demo.value(twins) == 0


def test_the_planted_effect_of_a_subject_is_found_and_none_that_was_not_planted(demo):
    """demo/planted.py: 6.0 % of the emails of one arm are clicked, 4.5 % of the other; nobody orders more for it. With
    480 clicks in one arm a verdict waits for 20 more."""
    found = dict(
        demo.query("""
            select metric, (round(estimate, 2), round(baseline, 3), sequential_lift_low > 0, why_not_yet)
            from experiment_results where experiment = 'subject_line' and arm = 'product'
        """)
    )
    assert found.pop("click_rate") == (0.06, 0.045, True, "too_few_conversions")
    assert True not in {is_better for _, _, is_better, _ in found.values()}
