"""The words and templates that `_inputs` writes with. Never changed: see there."""

from __future__ import annotations

_ENGLISH = {
    "language": "English",
    "chapter": "CHAPTER",
    "contents": "CONTENTS",
    "index": "INDEX",
    "title": "The Life of Elias Moravec, volume {number}",
    "birth": "Elias Moravec was born at Olmutz on {month} {day}, {year}, the second son of a "
    "weaver who played the organ on Sundays.",
    "death": "Elias Moravec died in Vienna on {month} {day}, {year}, and was buried beside his "
    "wife.",
    "sentences": (
        "{opening} Moravec {did} {thing} in {place}{tail}.",
        "{opening} he {did} {thing}, which {person} called {adjective}{tail}.",
        "{opening} Elias Moravec {did} {thing} that he had promised to {person}{tail}.",
        "{opening} {person} {did} {thing} and left {other} to Moravec{tail}.",
        "On {month} {day}, {year}, Moravec {did} {thing} in {place}{tail}.",
        "In {month} of {year} he {did} {thing} with {person}{tail}.",
        "{person} wrote on {day} {month} {year} that {thing} of Moravec had been {done}{tail}.",
        "He {did} {thing} {adverb}, although {other} had been {adjective} for {count} months.",
        "It was {adjective}, and {person} {did} it {adverb} in {place}{tail}.",
        "“I have {done} {thing},” he told {person}, “and {other} will follow within {count} "
        "weeks.”",
        "“Who would have thought it?” asked {person}; but {thing} was {done} all the same.",
        "{thing} of {place}, as {person} remembered, had been {done} {adverb}{tail}.",
        "Dr. {friend} of St. Stephen's {did} {thing} (Op. {opus}, No. {count}) {adverb}{tail}.",
        "For {sum} florins {thing} was {done} in {place}, {quality} as it seemed to {person}.",
        "Nobody in {place} doubted that {thing} of {person} would be {done} {adverb}.",
        "When {thing} had been {done}, {person} and {friend} travelled from {place} to {town}.",
        "{place} was {adjective} in those days, with {count} churches, {sum} houses and {thing} "
        "that every traveller {did}.",
        "She {did} {thing} {adverb}; he answered that {other} was {quality}.",
        "Between {place} and {town} the roads were {adjective}, and {thing} was {done} {adverb}.",
        "His pupils, among them {person} and {friend}, {did} {thing} until {year}.",
        "There are {count} letters to {person} in which {thing} is {done} {adverb}.",
        "The rehearsal began at 9 a.m. and {thing} was {done} only after {person} had left.",
    ),
    "openings": (
        "In {year},",
        "By the {season} of {year}",
        "In the {season} of {year}",
        "After his return from {town},",
        "Before the year was out,",
        "According to {friend},",
        "With the help of {friend},",
        "To the surprise of {town},",
        "A few weeks later",
        "Against the advice of {friend},",
        "As the {season} drew near,",
        "Towards the end of {year}",
    ),
    "tails": (
        "",
        "",
        "",
        ", although {other} remained {quality}",
        " and sent a copy to {friend} at {town}",
        "; {other} followed within {count} months",
        ", for which {friend} paid {sum} florins",
        ", as {friend} recalled {adverb}",
        " before {other} was {done} at {town}",
        " in the presence of {friend}",
        ", to the delight of {town}",
        ", and nobody in {town} spoke of {other} again",
    ),
    "things": (
        "the sonata in G minor|the second quartet|the concert for the widows|the long letter|"
        "the unfinished symphony|the rehearsal|the lost manuscript|a lesson in counterpoint|"
        "the journey to the north|the illness of his sister|the debt to his publisher|"
        "the garden behind the mill|the old piano|the opera about Orpheus|the contract|"
        "the subscription|the portrait by his cousin|the friendship|the quarrel about the fee|"
        "the house near the river|the school for organists|the mass for four voices|"
        "the collection of folk songs|the appointment as director|the inheritance|"
        "the position at court|the treatise on harmony|the farewell supper|the trio with horn|"
        "the petition to the emperor|the library of the abbey|the dance music for the carnival|"
        "the review in the gazette|the oratorio|the visit of the envoy|the edition in score"
    ).split("|"),
    "people": (
        "Clara Weiss|Anton Rieder|Josefa Lang|Karl Steiner|Marie Hofer|Johann Amann|Therese Kolb|"
        "Franz Ebner|Ignaz Wenzel|Ludovika Horn|Peter Matejka|Count Albrecht|Baron Holtz|"
        "Prince Ludovic|Abbot Severin|Captain Brandt|Magdalena Pohl|Jakob Sommer|Georg Winkler|"
        "Barbara Stolz|Matthias Krenn|Sophie Arndt|Leopold Frey|Katharina Moser"
    ).split("|"),
    "places": (
        "Vienna|Prague|Leipzig|London|Paris|Salzburg|Linz|Graz|Berlin|Dresden|Brno|Munich|Venice|"
        "Milan|Trieste|Pressburg|Regensburg|Augsburg|Mannheim|Weimar"
    ).split("|"),
    "verbs": (
        "finished|performed|described|refused|published|remembered|admired|copied|defended|"
        "revised|abandoned|received|praised|lost|bought|sold|discussed|completed|announced|"
        "rewrote|dedicated|postponed|borrowed|destroyed|restored|rehearsed|mentioned|studied"
    ).split("|"),
    "participles": (
        "finished|performed|described|refused|published|remembered|admired|copied|defended|"
        "revised|abandoned|received|praised|lost|bought|sold|discussed|completed|announced|"
        "rewritten|forgotten|postponed|borrowed|destroyed|restored|rehearsed|mentioned|printed"
    ).split("|"),
    "adjectives": (
        "difficult|brilliant|quiet|unexpected|famous|modest|expensive|gloomy|cheerful|patient|"
        "stubborn|generous|lonely|ambitious|careful|restless|harsh|splendid|tedious|graceful|"
        "obscure|bold|tender|severe"
    ).split("|"),
    "adverbs": (
        "at once|without haste|in secret|for a second time|against his will|with great care|"
        "in two evenings|almost by chance|as if nothing had happened|before witnesses|"
        "by candlelight|in a single winter|with some regret|under another name"
    ).split("|"),
    "months": (
        "January February March April May June July August September October November December"
    ).split(),
    "seasons": "spring summer autumn winter".split(),
    "headings": (
        "A Weaver's Son|Lessons at the Abbey|The First Journey|In the Service of the Count|"
        "Quarrels and Friends|The Opera|Years of Illness|A House by the River|Pupils|"
        "The Great Concerts|Letters Home|Last Works"
    ).split("|"),
}

_SPANISH = {
    "language": "Spanish",
    "chapter": "CAPÍTULO",
    "contents": "ÍNDICE",
    "index": "ÍNDICE ONOMÁSTICO",
    "title": "Vida de Elías Moravec, tomo {number}",
    "birth": "Elías Moravec nació en Olomouc el {day} de {month} de {year}, segundo hijo de un "
    "tejedor que tocaba el órgano los domingos.",
    "death": "Elías Moravec murió en Viena el {day} de {month} de {year} y fue enterrado junto a "
    "su mujer.",
    "sentences": (
        "{opening} Moravec {did} {thing} en {place}{tail}.",
        "{opening} el maestro {did} {thing}, que a {person} le pareció {adjective}{tail}.",
        "{opening} Elías Moravec {did} {thing} que había prometido a {person}{tail}.",
        "{opening} {person} {did} {thing} y dejó {other} a Moravec{tail}.",
        "El {day} de {month} de {year} Moravec {did} {thing} en {place}{tail}.",
        "En {month} de {year} {did} {thing} con {person}{tail}.",
        "{person} escribió el {day} de {month} de {year} que Moravec {did} {thing} {adverb}{tail}.",
        "Moravec {did} {thing} {adverb}, aunque {other} seguía siendo {adjective}.",
        "—{thing} y {other} —dijo {person}— no valen {sum} florines.",
        "«¿Quién lo habría pensado?», preguntó {person}; pero Moravec {did} {thing} {adverb}.",
        "El Dr. {friend}, de la parroquia de Sta. Ana, {did} {thing} (op. {opus}, n.º {count}) "
        "{adverb}{tail}.",
        "Por {sum} florines {person} {did} {thing} en {place}, {adverb}.",
        "Nadie en {place} dudaba de que {person} {did} {thing} {adverb}.",
        "{place} era entonces una ciudad {adjective}, con {count} iglesias y {sum} casas.",
        "Entre {place} y {town} los caminos eran largos, y {person} {did} {thing} {adverb}.",
        "Hay {count} cartas a {person} en las que Moravec {did} {thing} {adverb}.",
    ),
    "openings": (
        "En {year},",
        "En {month} de {year},",
        "A finales de {year},",
        "Después de volver de {town},",
        "Antes de que acabara el año,",
        "Según {friend},",
        "Con la ayuda de {friend},",
        "Para sorpresa de {town},",
        "Pocas semanas después,",
        "Contra el consejo de {friend},",
        "Al acercarse {season},",
    ),
    "tails": (
        "",
        "",
        "",
        ", aunque {other} no le interesaba",
        " y mandó una copia a {friend}, en {town}",
        "; {count} meses después llegó {other}",
        ", por lo que {friend} pagó {sum} florines",
        ", como recordaba {friend} {adverb}",
        " en presencia de {friend}",
        ", y nadie en {town} volvió a hablar de {other}",
    ),
    "things": (
        "la sonata en sol menor|el segundo cuarteto|el concierto para las viudas|la larga carta|"
        "la sinfonía inacabada|el ensayo|el manuscrito perdido|la clase de contrapunto|"
        "el viaje al norte|la enfermedad de su hermana|la deuda con su editor|"
        "el jardín detrás del molino|el viejo piano|la ópera de Orfeo|el contrato|la suscripción|"
        "el retrato de su primo|la amistad|la disputa por los honorarios|la casa junto al río|"
        "la escuela de organistas|la misa a cuatro voces|la colección de canciones|"
        "el nombramiento de director|la herencia|el puesto en la corte|el tratado de armonía|"
        "la cena de despedida"
    ).split("|"),
    "people": _ENGLISH["people"],
    "places": (
        "Viena|Praga|Leipzig|Londres|París|Salzburgo|Linz|Graz|Berlín|Dresde|Madrid|Múnich|"
        "Venecia|Milán|Trieste|Sevilla|Toledo|Augsburgo|Cádiz|Weimar"
    ).split("|"),
    "verbs": (
        "terminó|interpretó|describió|rechazó|publicó|recordó|admiró|copió|defendió|revisó|"
        "abandonó|recibió|alabó|perdió|compró|vendió|discutió|completó|anunció|aplazó|destruyó|"
        "restauró|mencionó|estudió"
    ).split("|"),
    "participles": _ENGLISH["participles"],
    "adjectives": (
        "difícil|brillante|notable|célebre|alegre|paciente|humilde|grande|triste|elegante|noble|"
        "breve|fuerte|amable"
    ).split("|"),
    "adverbs": (
        "en seguida|sin prisa|en secreto|por segunda vez|contra su voluntad|con gran cuidado|"
        "en dos tardes|casi por azar|como si nada hubiera pasado|ante testigos|a la luz de las "
        "velas|en un solo invierno|con cierto pesar|bajo otro nombre"
    ).split("|"),
    "months": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    ).split(),
    "seasons": ("la primavera", "el verano", "el otoño", "el invierno"),
    "headings": (
        "El hijo del tejedor|Lecciones en la abadía|El primer viaje|Al servicio del conde|"
        "Disputas y amigos|La ópera|Años de enfermedad|Una casa junto al río|Discípulos|"
        "Los grandes conciertos|Cartas a casa|Últimas obras"
    ).split("|"),
}

LEXICONS = {"en": _ENGLISH, "es": _SPANISH}
