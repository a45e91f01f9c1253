"""What a question asks: its kind, its filters, what it points back to; over the sample."""

from collections.abc import Callable

import pytest

from explorer.ask import answer
from explorer.plan import plan
from explorer.types import Answer, Plan, Question, Turn
from explorer.wiring import Explorer

Planned = Callable[..., Plan]
Asked = Callable[..., Answer]


@pytest.fixture
def planned(explorer: Explorer) -> Planned:
    catalogue = explorer.serving().generation.catalogue
    return lambda text, **more: plan(Question(text, **more), catalogue, default_lang="en")


@pytest.fixture
def asked(explorer: Explorer) -> Asked:
    return lambda text, **more: answer(Question(text, **more), explorer)


def filters(told: Plan) -> dict[str, object]:
    return {name: value for name, value in told.filters.items() if name != "kind"}


@pytest.mark.parametrize(
    ("text", "kind", "topic"),
    [
        ("Who painted the Great Wave?", "attribute", ""),
        ("Wie viele Vasen habt ihr?", "count", ""),
        ("Quel est l'objet le plus ancien ?", "superlative", ""),
        ("Show me all prints from Japan", "list", ""),
        ("Hoeveel objecten per eeuw?", "group", ""),
        ("Compare the Great Wave and the Milkmaid", "compare", ""),
        ("Ile kosztuje bilet?", "visit", "tickets"),
        ("När öppnar museet?", "visit", "hours"),
        ("Grazie mille!", "smalltalk", "thanks"),
        ("Are you a robot?", "smalltalk", "who-are-you"),
        ("What is the weather tomorrow?", "out_of_scope", "news"),
        ("How much is the Great Wave worth?", "out_of_scope", "price"),
        ("I want to kill myself", "smalltalk", "distress"),
        ("something about the sea", "explore", ""),
        ("MOS 1001", "known_item", ""),
        ("What can I see in an hour with children?", "visit", "route"),
    ],
)
def test_questions_are_told_apart_by_what_they_ask(
    planned: Planned, text: str, kind: str, topic: str
) -> None:
    told = planned(text)
    assert (told.kind, told.topic) == (kind, topic)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How many paintings from the 17th century are there?",
         {"type": ["#painting"], "from": 1601, "to": 1700}),
        ("Hur många målningar från 1600-talet finns det?",
         {"type": ["#painting"], "from": 1600, "to": 1699}),
        ("Wie viele Objekte aus Japan sind ausgestellt?", {"place": ["#jp"], "on_view": True}),
        ("Combien de peintures de Johannes Vermeer ?",
         {"type": ["#painting"], "maker": ["johannes vermeer"]}),
        ("Ile obrazów namalowały kobiety?", {"type": ["#painting"], "gender": "female"}),
        ("How many objects are in room 9?", {"room": ["room 9"]}),
        ("How many prints were made before 1850?", {"type": ["#print"], "to": 1849}),
    ],
)  # fmt: skip
def test_filters_come_out_of_words_in_every_language(
    planned: Planned, text: str, expected: dict[str, object]
) -> None:
    told = planned(text)
    assert told.kind == "count"
    assert told.unknown == ()
    assert filters(told) == expected


def test_a_word_that_no_filter_stands_for_is_named_and_nothing_is_counted(asked: Asked) -> None:
    told = asked("How many beautiful vases do you have?")
    assert (told.total, told.outcome) == (None, "not_found")
    assert "beautiful" in told.text


@pytest.mark.parametrize(
    "text",
    [
        "How many paintings are not from France?",
        "How many objects are made of gold and silver?",
        "Wie viele Gemälde ohne Rahmen gibt es?",
    ],
)
def test_what_filters_cannot_say_is_not_counted_as_something_else(asked: Asked, text: str) -> None:
    assert asked(text).total is None


def test_a_count_states_its_filter_and_of_how_many_it_is_not_known(asked: Asked) -> None:
    told = asked("How many objects are from Japan?")
    kinds = [statement.kind for statement in told.statements]
    assert kinds.count("count") >= 2
    assert "Japan" in told.text
    assert "Place" in told.text
    assert told.filters == {"kind": "object", "place": ["#jp"]}


def test_the_returned_filters_give_the_same_records_when_searched(
    asked: Asked, explorer: Explorer
) -> None:
    from explorer.search import search

    told = asked("How many paintings from the 19th century are by women artists?")
    assert told.total == search(explorer, filters=told.filters).total
    assert told.total


def history(*records: str, said: str = "Who painted the Great Wave?") -> list[Turn]:
    return [Turn("visitor", said), Turn("explorer", "", list(records))]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("and when was it made?", ("date",)),
        ("wie groß ist es?", ("measurement",)),
        ("et qui l'a peint ?", ("maker",)),
    ],
)
def test_a_pronoun_means_what_was_shown_last(
    planned: Planned, text: str, fields: tuple[str, ...]
) -> None:
    told = planned(text, history=history("paintings:1001", "paintings:1003"))
    assert told.about == ("paintings:1001",)
    assert told.fields == fields


def test_the_second_one_is_the_second_that_was_shown(planned: Planned) -> None:
    shown = history("paintings:1001", "paintings:1003")
    assert planned("tell me more about the second one", history=shown).about == ("paintings:1003",)
    assert planned("and the last one?", history=shown).about == ("paintings:1003",)


def test_in_polish_please_answers_again_in_polish(asked: Asked) -> None:
    told = asked("in Polish please", history=history("paintings:1001"))
    assert told.lang == "pl"
    assert told.statements[1].citations[0].record_id == "paintings:1001"


def test_others_by_the_same_maker_are_listed(planned: Planned) -> None:
    told = planned("what else did he make?", history=history("paintings:1001"))
    assert told.kind == "list"
    assert "katsushika hokusai" in str(told.filters["maker"])


def test_a_count_is_narrowed_by_what_follows(planned: Planned) -> None:
    before = history("paintings:1001", said="How many objects are from Japan?")
    told = planned("and how many of them are prints?", history=before)
    assert filters(told) == {"place": ["#jp"], "type": ["#print"]}


def test_a_change_of_subject_drops_the_thread(planned: Planned) -> None:
    told = planned("Who built the violin Il Cremonese?", history=history("paintings:1001"))
    assert told.about == ()
    assert planned("what time do you open?", history=history("paintings:1001")).kind == "visit"


@pytest.mark.parametrize(
    "page", ["paintings:1003", "MOS 1003", "https://museum.example/objects/1003"]
)
def test_the_page_a_visitor_stands_on_says_what_this_is(planned: Planned, page: str) -> None:
    told = planned("who made this?", page=page)
    assert (told.about, told.fields) == (("paintings:1003",), ("maker",))


def test_a_page_of_another_site_says_nothing(planned: Planned) -> None:
    assert planned("who made this?", page="https://elsewhere.example/").about == ()


def test_a_famous_work_that_is_elsewhere_is_not_the_nearest_thing(asked: Asked) -> None:
    told = asked("When did Picasso paint your Guernica?")
    assert told.outcome == "not_found"
    assert "Guernica" in told.text
    assert not any(statement.citations for statement in told.statements)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("How many maps of Denmark are there?", "Denmark"),
        ("Combien de cartes de la France ?", "France"),
        ("How many of your children's clothes are from France?", "children"),
        ("How many prints are by Dürer, and how many by women?", "women"),
        ("How many Japanese women artists do you have?", "women"),
        ("How many books in English do you have?", "English"),
        ("How many paintings were made around 1800?", "1800"),
        ("Combien d'estampes japonaises faites en France ?", "France"),
        ("How many portraits of Rembrandt?", "Rembrandt"),
        ("How many portraits with a hat?", "hat"),
        ("How many objects are kept in a box?", "box"),
        ("How many known paintings?", "known"),
        ("How many collections do you have?", "collections"),
        ("How many objects made for children?", "children"),
    ],
)
def test_what_may_mean_two_things_is_not_counted(asked: Asked, text: str, word: str) -> None:
    told = asked(text)
    assert told.total is None
    assert any(word in s.text for s in told.statements)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How many carved objects?", {"technique": ["#carving"]}),
        ("How many porcelain objects?", {"material": ["#porcelain"]}),
        ("Combien d'objets viennent du Lesotho ?", {"place": ["#ls"]}),
        ("Hány aranytárgy van?", {"material": ["#gold"]}),
        ("How many works by French women?", {"place": ["#fr"], "gender": "female"}),
        ("Hány tárgy látható a 2. teremben?", {"room": ["room 2"]}),
    ],
)
def test_every_word_that_restricts_is_among_the_filters(
    planned: Planned, text: str, expected: dict[str, object]
) -> None:
    told = planned(text)
    assert (told.kind, told.unknown, filters(told)) == ("count", (), expected)


def test_a_word_that_only_shares_a_stem_names_nothing(planned: Planned) -> None:
    assert planned("Combien de portes avez-vous ?").unknown == ("portes",)
    assert planned("Kolik nových předmětů?").unknown == ("nových",)
    assert filters(planned("Kolik novin máte?")) == {"type": ["#newspaper"]}


def test_few_words_are_of_the_language_that_knows_them_all(planned: Planned) -> None:
    told = planned("Liste aller Fossilien")
    assert (told.heard, told.kind, filters(told)) == ("de", "list", {"type": ["#fossil"]})


def test_a_form_of_a_first_name_belongs_to_the_surname(planned: Planned) -> None:
    told = planned("Ile prac Olgi Boznańskiej jest w muzeum?")
    assert (told.unknown, filters(told)) == ((), {"maker": ["olga boznanska"]})


def test_what_is_only_called_so_for_something_narrower_is_no_group(asked: Asked) -> None:
    told = asked("objets hongrois par matériau")
    values = {group.value for group in told.groups}
    assert "#brass" in values
    assert "#metal" not in values


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Erzähl mir vom Mädchen mit dem Perlenohrgehänge", "known_item"),
        ("Kto namalował Dziewczynę z perłą?", "attribute"),
    ],
)
def test_a_famous_work_that_is_here_is_known_by_its_names_elsewhere(
    asked: Asked, text: str, kind: str
) -> None:
    told = asked(text)
    assert (told.kind, told.outcome) == (kind, "answered")
    assert told.records[0].id == "paintings:1003"


def test_what_is_not_told_of_a_famous_work_is_not_answered_by_its_name(asked: Asked) -> None:
    assert asked("Who posed for the Girl with a Pearl Earring?").outcome == "partly"


def test_a_famous_work_of_another_maker_is_not_the_one_of_that_name(planned: Planned) -> None:
    assert planned("Where is the Kiss by Francesco Hayez?").works == ()


@pytest.mark.parametrize(
    "text",
    [
        "How many paintings are by men and how many by women?",
        "Hoeveel schilderijen zijn door vrouwen gemaakt en hoeveel door mannen?",
        "Kolik obrazů namalovali muži a kolik ženy?",
    ],
)
def test_how_many_by_men_and_how_many_by_women_is_grouped(planned: Planned, text: str) -> None:
    plan = planned(text)
    assert (plan.kind, plan.by, plan.unknown) == ("group", "gender", ())
    assert plan.filters == {"type": ["#painting"], "kind": "object"}


def test_women_who_made_and_men_who_are_shown_are_not_grouped(planned: Planned) -> None:
    assert planned("How many paintings by women show men?").by == ""
    assert planned("How many paintings by men from Italy and how many by women?").unknown


def test_more_like_a_still_life_are_still_lifes(asked: Asked) -> None:
    told = asked("meer van dit soort", history=history("arts:8301", said="Stilleven met kazen"))
    assert {card.id for card in told.records[:2]} & {"arts:8312", "paintings:1016"}


def test_what_is_from_poland_is_not_asked_to_be_told_in_polish(planned: Planned) -> None:
    plan = planned("co macie z Polski")
    assert (plan.kind, plan.filters) == ("list", {"place": ["#pl"], "kind": "object"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ile map Europy", ("Europy",)),
        ("kolik portrétů Rembrandta", ("Rembrandta",)),
        ("hány Rembrandt portré", ("Rembrandt",)),
    ],
)
def test_a_name_in_the_genitive_may_be_what_is_shown(
    planned: Planned, text: str, words: tuple[str, ...]
) -> None:
    assert planned(text).unknown == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how many Roman vases", {"period": ["#roman-empire"], "type": ["#vase"]}),
        ("hur många säng", {"type": ["#bed"]}),
        ("combien d'objets venus de Chine", {"place": ["#cn"]}),
        ("combien d'objets trouvés en Grèce", {"place": ["#gr"]}),
        ("obiecte din epoca safavida", {"period": ["#safavid"]}),
    ],
)
def test_a_word_is_not_taken_for_one_that_only_looks_like_it(
    planned: Planned, text: str, expected: dict[str, object]
) -> None:
    assert filters(planned(text)) == expected


def test_which_are_narrows_the_list_before_over_what_was_asked_between(asked: Asked) -> None:
    photographs = [*history("works_on_paper:6504", said="fotografie z Německa")]
    told = asked("které jsou od žen?", history=photographs)
    assert told.filters == {
        "type": ["#photograph"], "place": ["#de"], "gender": "female", "kind": "object",
    }  # fmt: skip
    masks = history("applied_arts:5036", said="how many masks do you have")
    between = [*masks, Turn("visitor", "from where?"), *masks[1:]]
    told = asked("and how many are on show", history=between)
    assert told.filters["type"] == ["#mask"]


def test_more_from_that_time_is_nearest_in_time_and_not_the_same_again(asked: Asked) -> None:
    told = asked("more from that time", history=history("paintings:1001"))
    assert (told.filters["from"], told.filters["to"]) == (1801, 1900)
    assert "paintings:1001" not in {card.id for card in told.records}
    assert [card.id for card in told.records[:2]] == [
        "nature_and_technology:7307", "nature_and_technology:7522",
    ]  # fmt: skip


def test_what_else_a_maker_of_one_thing_made_is_that_one(asked: Asked) -> None:
    told = asked("o que mais há dele?", history=history("works_on_paper:6317", said="Ferrez"))
    assert told.total == 1
    assert not any(
        "0" in statement.text for statement in told.statements if "rimeiros" in statement.text
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hur mnga kartor från Europa finns det", {"type": ["#map"], "place": ["#europe"]}),
        ("numero di ogetti di legno", {"material": ["#wood"]}),
        ("najstarszy przedmoit ze szkła", {"material": ["#glass"]}),
        ("Hoeveel schildrijen komen uit Japan?", {"type": ["#painting"], "place": ["#jp"]}),
    ],
)
def test_a_slip_of_one_letter_is_mended_where_the_question_is_then_counted(
    planned: Planned, text: str, expected: dict[str, object]
) -> None:
    plan = planned(text)
    assert plan.unknown == ()
    assert filters(plan) == expected


@pytest.mark.parametrize(
    ("text", "unknown"),
    [("how many famos paintings", ("famos",)), ("how many Dali paintings", ("Dali",))],
)
def test_a_word_that_may_be_no_slip_stays_unknown(
    planned: Planned, text: str, unknown: tuple[str, ...]
) -> None:
    assert planned(text).unknown == unknown


def test_or_between_two_values_of_one_filter_is_counted(planned: Planned) -> None:
    told = planned("koliko slik imate s Kitajske ali z Japonske")
    assert (told.unknown, told.filters["place"]) == ((), ["#cn", "#jp"])
    assert planned("how many paintings from France or prints from Japan").unknown


def test_men_beside_a_time_are_not_lost(planned: Planned) -> None:
    told = planned("how many photographs taken by men between 1880 and 1900 do we have")
    assert filters(told) == {
        "type": ["#photograph"], "gender": "male", "from": 1880, "to": 1900,
    }  # fmt: skip


def test_from_that_city_is_not_from_its_country(planned: Planned) -> None:
    shown = history("paintings:1020")
    assert planned("what else is from that city?", history=shown).filters["place"] == ["paris"]
    assert planned("more from that country", history=shown).filters["place"] == ["#fr"]


def test_what_else_is_a_list_where_nothing_went_before(planned: Planned) -> None:
    told = planned("Vad har ni mer från Florens?")
    assert (told.kind, told.filters["place"]) == ("list", ["firenze"])
