"""Words by which the extractive writer tells what a sentence leans on, for each language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bookgen.models import Language

__all__ = ["VOCABULARY", "Vocabulary"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language's words; all folded: lower case, without accents.

    `pronouns` are third persons and demonstratives: they refer to something said before;
    `personal` are those among them that do so behind the first words of a sentence too.
    `leaning` are words and phrases that, at the start of a sentence, do so; `going_on` are those
    that do so a few words later. `first_person` and `second_person` refer to a writer and a
    reader. `being` joins a person with what they were; `born` and `died` are found in sentences on
    a birth and a death; `joiner` is "and". `articles` stand before nouns, `definite` are the
    definite ones among them; `prepositions` govern what follows them, and `locatives` are those
    that stand before places. `verb` are finite verbs of the third person, as written and in lower
    case, where the language may leave the subject out.

    `possessives` may refer to a subject that follows; `clauses` begin those that have a verb of
    their own.

    For titles: `ranks` are capitalised words that alone name nobody; `own_works` are kinds of
    writing that, in a title, are by the person named there; `kinds` are words of headings that
    tell no content, `vague` nouns that make no title; `addressed` begins a letter's heading,
    `letters_to` the title of a part that holds letters.

    For people: `titles` stand before their names; `equating` joins two names of one person.

    For an epilogue: `lasting` is found, folded, in sentences that look back on a life.

    For a timeline: `great` is found, folded, in sentences on the events that no life leaves out;
    `subordinate` ends before a date that is only a remark's.

    `numbers` and `negations` are words that make two sentences on one thing contradict each other.
    """

    pronouns: frozenset[str]
    personal: frozenset[str]
    leaning: re.Pattern[str]
    going_on: re.Pattern[str]
    first_person: frozenset[str]
    speaker: frozenset[str]
    second_person: frozenset[str]
    being: frozenset[str]
    born: re.Pattern[str]
    died: re.Pattern[str]
    joiner: str
    articles: frozenset[str]
    definite: frozenset[str]
    prepositions: frozenset[str]
    locatives: frozenset[str]
    verb: re.Pattern[str] | None
    possessives: frozenset[str]
    clauses: frozenset[str]
    ranks: frozenset[str]
    own_works: frozenset[str]
    kinds: frozenset[str]
    vague: frozenset[str]
    numbers: frozenset[str]
    negations: frozenset[str]
    addressed: re.Pattern[str]
    letters_to: str
    titles: frozenset[str]
    equating: re.Pattern[str]
    lasting: re.Pattern[str]
    great: re.Pattern[str]
    subordinate: re.Pattern[str]


def _leaning(phrases: str) -> re.Pattern[str]:
    alternatives = "|".join(" ".join(phrase.split()) for phrase in phrases.split(","))
    return re.compile(rf"(?:{alternatives})(?![\w-])")


VOCABULARY: Mapping[Language, Vocabulary] = {
    "en": Vocabulary(
        pronouns=frozenset(
            """he she it they him her his hers its their theirs them himself herself itself
            themselves this that these those such""".split()
        ),
        personal=frozenset(
            """he she him her his hers himself herself they them their theirs themselves this these
            those""".split()
        ),
        leaning=_leaning(
            """but, and, however, therefore, thus, then, so, yet, nor, or, also,
            moreover, furthermore, nevertheless, nonetheless, still, meanwhile,
            meantime, afterwards, afterward, later, besides, hence, indeed,
            accordingly, consequently, likewise, similarly, again, instead,
            otherwise, at the same time, the same, the latter, the former, both,
            another, other, others, who, whom, whose, which, neither, either, on the
            other hand, on the contrary, in spite of, in addition, for example, for
            instance, as a result, not only, not so, here, there, above all, in
            fact, of course, in other words, to be sure, be that as it may, no less,
            no wonder, nor was, even so, even then, by then, by now, by that, by
            this, until then, since then, from then, soon after, soon afterwards,
            shortly after, shortly afterwards, shortly before, not long after, the
            next day, the next year, the next morning, the following, the day after,
            a year later, two years later, three years later, four years later, five
            years later, ten years later, a few, some time after, a month later,
            weeks later, months later, days later, years later, one day, the others,
            the other, the second, the third, the two, the three, the first of
            these, part of, some of these, most of these, all this, all that, all
            these, all of these, one of these, because of, as for, as to, as such,
            in this, in that, in these, in those, for this, for that, at this, at
            that, of this, of that, of these, of those, to this, to that, from this,
            from that, with this, with that, on this, on that, after this, after
            that, before this, before that, during this, under these, under this,
            through this, it, he, she, they, yes, no, ah, oh, alas, well, now, even,
            only, too, i mean, that is, perhaps, p.s, ps, n.b"""
        ),
        going_on=re.compile(
            r"\b(?:however|therefore|moreover|furthermore|nevertheless|accordingly|likewise|besides"
            r"|thereupon|meanwhile|(?:above|already|before)[- ](?:mentioned|stated|named|said)"
            r"|as (?:has been|was|is|we have|already) (?:said|stated|mentioned|seen|shown))\b"
            r"|, (?:too|then|also|indeed)\b"
            r"|(?:reference|mention|allusion) (?:has|have|had|was|is|must|may|should)\b"
        ),
        speaker=frozenset("i we my our".split()),
        first_person=frozenset("i my me mine myself we our us ours".split()),
        second_person=frozenset("you your yours yourself thee thou thy".split()),
        being=frozenset("was is were became remained ranks stands".split()),
        born=re.compile(r"\b(?:was born|born (?:at|in|on)|birth|baptised|baptized)\b"),
        died=re.compile(r"\b(?:died|dies|death|passed away|breathed (?:his|her) last)\b"),
        joiner="and",
        definite=frozenset(["the"]),
        kinds=frozenset(
            """foreword preface introduction introductory note notes appendix epilogue prologue
            chapter part section book volume life lives short brief biography autobiography sketch
            letter letters story portrait years early late later first last memoir memoirs study
            character history overview summary conclusion text document address unknown
            memorandum""".split()
        ),
        vague=frozenset(
            """whole same other others rest first second third next latter former following thing
            things part parts number manner kind sort case place world people person persons man
            year years month months week weeks day days evening morning night time times moment
            hour hours point end side matter means fact result course moment opportunity account
            question reason purpose subject present past future effect regret least rest
            attention opinion occasion greater greatest little match practice cause""".split()
        ),
        numbers=frozenset(
            """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
            sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty
            ninety hundred thousand million first second third fourth fifth sixth seventh eighth
            ninth tenth""".split()
        ),
        negations=frozenset("not no never none neither nor nobody nothing without".split()),
        addressed=re.compile(r"To (?:(?:Herr|Herren|Messrs\.?|Mr\.?|Mrs\.?|M\.) )?(?=[^\W\d_])"),
        letters_to="Letters to",
        titles=frozenset(
            """mr mrs ms miss dr doctor professor madame mademoiselle monsieur sir lord lady count
            countess baron baroness prince princess captain colonel herr frau""".split()
        ),
        equating=re.compile(
            r"\b(?:born|née|nee|known as|who became|(?:was|is|been) called|(?:name|name being) was"
            r"|bapti[sz]ed|christened|under the name of|alias)\b"
        ),
        lasting=re.compile(
            r"\b(?:legacy|posterity|immortal\w*|monuments?|statues?|memorial\w*|remember(?:ed|s)"
            r"|remembrance|in (?:his|her) (?:memory|honou?r)|fame|renown\w*|influenced?|centena\w+"
            r"|anniversar\w+|to this day|to-?day|even now|(?:after|since) (?:his|her) death"
            r"|generations?|named (?:after|for) (?:him|her)|bears? (?:his|her) name|lives on"
            r"|survives?|recognition|recognized|recognised|celebrated|pioneers?|the first to)\b"
        ),
        great=re.compile(
            r"\b(?:born|died|death|buried|widowed|married|wedding|daughter|son|prize|nobel|medal|award(?:ed)?"
            r"|discover\w*|announced?|publish\w*|elected|appointed|professor|chair|thesis|degree"
            r"|graduated|found(?:ed|ing)|opened|invent\w*|patent\w*|perform(?:ed|ance)|composed"
            r"|finished|completed|isolated|first lecture|war|arrived in|emigrated|imprisoned"
            r"|president|minister|ambassador|treaty|doctor of|honou?red)\b"
        ),
        subordinate=re.compile(
            r"\b(?:(?:until|till|since|before|after)(?: [^\s,;:]+){0,3}"
            r"|(?:when|while|who|whom|whose|which|that|because|although|though|where|if)\b[^,;:]*"
            r") ?\Z"
        ),
        own_works=frozenset("letters autobiography diary diaries memoirs journal journals".split()),
        articles=frozenset("the a an his her their its this that of one".split()),
        prepositions=frozenset(
            """in at on to from of by for with without near between among through during before
            after about around towards toward into over under until till since behind beyond
            across against upon""".split()
        ),
        locatives=frozenset("in at to from near towards toward into outside".split()),
        verb=None,
        possessives=frozenset("his her its their".split()),
        clauses=frozenset("as when while although though because since if".split()),
        ranks=frozenset(
            """prince princess count countess baron baroness archduke duke duchess king
            queen emperor empress elector bishop archbishop pope president governor
            general captain colonel major doctor professor madame herr frau fraulein
            mass court church great greater imperial german germans french english
            italian italians dutch catholic catholics austrian austrians prussian russian russians
            viennese roman romans greek greeks latin american americans british spanish swiss
            hungarian bohemian protestant irish irishman scotch scottish englishman frenchman
            america european europe part second third messrs allegro adagio andante
            scherzo presto mrs miss christian heaven nature""".split()
        ),
    ),
    "es": Vocabulary(
        pronouns=frozenset(
            """ella ello ellos ellas le les su sus suyo suya suyos suyas este esta esto estos estas
            ese esa eso esos esas aquel aquella aquello aquellos aquellas""".split()
        ),
        personal=frozenset(
            """ella ello ellos ellas le les su sus suyo suya suyos suyas este estos estas ese esa
            esos esas aquel aquella aquellos aquellas""".split()
        ),
        leaning=_leaning(
            """pero, y, e, sin embargo, por tanto, por lo tanto, asi, asi que,
            entonces, luego, tambien, ademas, no obstante, mientras tanto,
            entretanto, despues, mas tarde, por eso, por ello, pues, ni, o, aun asi,
            con todo, en cambio, por el contrario, al mismo tiempo, el mismo, la
            misma, los mismos, las mismas, este, esta, esto, estos, estas, ese, esa,
            eso, esos, esas, aquel, aquella, aquello, aquellos, aquellas, ambos,
            ambas, otro, otra, otros, otras, quien, quienes, el cual, la cual, los
            cuales, las cuales, lo cual, alli, aqui, ahi, de ahi, por otra parte,
            por otro lado, en efecto, de hecho, por ejemplo, en fin, es decir, o
            sea, tampoco, incluso, a pesar de, desde entonces, hasta entonces, para
            entonces, por entonces, poco despues, poco antes, al dia siguiente, al
            ano siguiente, a los pocos, un ano despues, dos anos despues, tres anos
            despues, anos despues, meses despues, dias despues, semanas despues,
            anos mas tarde, ella, ellos, ellas, su, sus, le, les, se, lo, los dos,
            las dos, el segundo, la segunda, el tercero, la tercera, el siguiente,
            la siguiente, los demas, las demas, en esta, en este, en estos, en
            estas, en esa, en ese, en aquel, en aquella, en aquellos, en aquellas,
            de este, de esta, de estos, de estas, de aquel, de aquella, a este, a
            esta, con este, con esta, con ello, para ello, a ello, todo ello, todo
            eso, todo esto, si, no, ya, ahora, quiza, quizas, tal, tales, mas"""
        ),
        going_on=re.compile(
            r"\b(?:sin embargo|no obstante|por (?:lo )?tanto|por consiguiente|ademas|asimismo"
            r"|en cambio|a su vez|mientras tanto|antes (?:citad|mencionad)[oa]s?)\b"
            r"|, (?:pues|entonces|tambien|por eso)\b"
        ),
        speaker=frozenset("yo nosotros mi mis nuestro nuestra".split()),
        first_person=frozenset(
            "yo mi mis me mio mia nosotros nuestro nuestra nuestros nos".split()
        ),
        second_person=frozenset("tu tus te usted ustedes vuestro vuestra vos ud vd".split()),
        being=frozenset("fue era es fueron eran resulto figura".split()),
        born=re.compile(
            r"\b(?:nacio|nace|nacido|nacida|nacimiento|nacer|vino al mundo|bautizad[oa])\b"
        ),
        died=re.compile(r"\b(?:murio|muere|muerte|fallecio|fallece|fallecimiento|fallecer)\b"),
        joiner="y",
        definite=frozenset("el la los las".split()),
        kinds=frozenset(
            """prologo prefacio introduccion nota notas apendice epilogo capitulo parte seccion
            libro tomo vida breve biografia autobiografia semblanza carta cartas historia retrato
            anos primeros ultimos memoria memorias estudio resumen conclusion documento
            texto""".split()
        ),
        vague=frozenset(
            """mismo misma otro otra otros otras resto primero segunda segundo tercero siguiente
            cosa cosas parte partes numero manera modo forma caso lugar mundo gente persona
            personas hombre hombres anos mes meses semana semanas dias tarde manana noche tiempo
            tiempos momento momentos horas punto final lado hecho resultado ocasion cuenta razon
            proposito presente pasado futuro efecto atencion opinion mayor menor vez veces
            principio mitad""".split()
        ),
        numbers=frozenset(
            """dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince
            dieciseis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta
            setenta ochenta noventa cien ciento mil millon primero primera segundo segunda tercero
            tercera cuarto quinto sexto septimo octavo noveno decimo""".split()
        ),
        negations=frozenset("no nunca jamas ninguno ninguna ningun nadie nada tampoco sin".split()),
        addressed=re.compile(r"(?:Carta )?A (?:(?:don|doña|D\.|Sr\.|Sra\.) )?(?=[^\W\d_])"),
        letters_to="Cartas a",
        titles=frozenset(
            """don dona senor senora doctor doctora profesor profesora padre rey conde
            condesa baron duque capitan coronel general""".split()
        ),
        equating=re.compile(
            r"\b(?:nacid[oa](?: como)?|nació|llamad[oa]|se llamaba|conocid[oa] como|de soltera"
            r"|bautizad[oa](?: como| con el nombre de)?|cuyo nombre era|alias)\b"
        ),
        lasting=re.compile(
            r"\b(?:legado|posteridad|inmortal\w*|monumentos?|estatuas?|memoria|recuerdan?|recordad[oa]"
            r"|fama|renombre|influencia|influyo|centenario|aniversario|hoy|todavia|aun hoy"
            r"|(?:tras|despues de) su muerte|generaci(?:on|ones)|lleva(?:n)? su nombre|homenajes?"
            r"|reconocimiento|reconocid[oa]|celebre|pionero|pionera|escuela)\b"
        ),
        great=re.compile(
            r"\b(?:nacio|nacimiento|murio|muerte|fallecio|enterrado|enterrada|enviudo|se caso|boda"
            r"|matrimonio|hijo|hija|premio|nobel|medalla|conced\w+|galardon\w*|descubr\w+|anuncio|comunico"
            r"|public\w+|elegid[oa]|nombrad[oa]|catedra|catedratic[oa]|profesor|doctorado|tesis"
            r"|licenci\w+|ingreso|fund\w+|creacion|creo|invent\w+|inaugur\w+|estren\w+|compuso"
            r"|termino|guerra|emigro|presidente|ministro|director|jubilo|botado)\b"
        ),
        subordinate=re.compile(
            r"\b(?:(?:hasta|desde|tras|antes de|despues de)(?: [^\s,;:]+){0,3}"
            r"|(?:cuando|mientras|que|quien|cuyo|cuya|donde|porque|aunque|si)\b[^,;:]*) ?\Z"
        ),
        own_works=frozenset("cartas autobiografia diario diarios memorias recuerdos".split()),
        articles=frozenset("el la los las un una unos unas uno su sus del al de este esta".split()),
        prepositions=frozenset(
            """en a al de del desde hasta hacia por para con sin sobre entre tras durante ante
            bajo contra segun mediante cerca junto dentro fuera despues antes frente""".split()
        ),
        locatives=frozenset("en a desde hacia".split()),
        verb=re.compile(
            r"\w+(?:ó|aron|ieron|eron|aba|aban|ía|ían)"
            r"|fue|era|eran|tuvo|hizo|pudo|quiso|puso|dijo|vino|dio|estuvo|supo|trajo|obtuvo"
            r"|mantuvo|propuso|compuso|expuso|condujo|produjo|tradujo|introdujo|anduvo|es|son"
            r"|está|ha|han|nace|muere|recibe|publica|obtiene|viaja|marcha|regresa|vuelve|ingresa"
            r"|estudia|escribe|comienza|empieza|llega|descubre|funda|logra|consigue|termina|pasa"
        ),
        possessives=frozenset("su sus".split()),
        clauses=frozenset(
            "que quien quienes cuyo cuya donde adonde cuando mientras aunque porque como si".split()
        ),
        ranks=frozenset(
            """principe princesa conde condesa baron baronesa duque duquesa rey reina
            emperador emperatriz obispo arzobispo papa presidente gobernador general
            capitan coronel doctor profesor corte iglesia gran imperial estado
            gobierno academia universidad instituto segunda tercera primera""".split()
        ),
    ),
}
