"""Two short lives as several sources tell them: the same facts in other words, and one quarrel."""

from bookgen.models import Brief, Corpus, Language, Passage, Source

ANNING = Brief("Mary Anning", words=1_000, chapters=3)
PERAL = Brief("Isaac Peral", words=1_000, chapters=3, language="es")

_ANNING = {
    "portrait": (
        "A short life",
        """
        Mary Anning was an English collector of fossils and one of the founders of the science of
        ancient life. She worked on the cliffs of Lyme Regis, in Dorset, for more than thirty years.
        Scholars came from London and from Paris to see what she had found, and most of them took
        the credit home with them.

        Mary Anning was born at Lyme Regis on 21 May 1799. Her father Richard was a cabinetmaker
        who sold curiosities to summer visitors. The family lived so near to the sea that storms
        flooded the house. Richard Anning died in 1810 and left debts to his widow.

        In 1811 Joseph Anning found the skull of an unknown animal in the cliff. His sister found
        the rest of the skeleton in the following year. The lord of the manor paid 23 pounds for
        it. Visitors paid a shilling in London to see the crocodile, as the newspapers called it.

        In December 1823 Mary Anning uncovered the first whole skeleton of a plesiosaur. Georges
        Cuvier suspected a forgery, because the neck seemed too long for any animal. A meeting of
        the Geological Society settled the matter in her favour, although she was not invited.

        Mary Anning died at Lyme Regis on 9 March 1847. The members of the Geological Society gave
        a window to the parish church in her memory.
        """,
    ),
    "cliffs": (
        "The cliffs of Lyme Regis",
        """
        The cliffs west of Lyme Regis are made of shale and limestone that slide into the sea each
        winter. After a storm the shore is strewn with ammonites, which the people of the town
        called snakestones. A collector has to come before the tide takes them.

        Mary Anning learned the work from her father when she was five years old. She went out in
        winter, because the storms of winter bring the cliffs down. Her dog Tray kept the place
        while she fetched helpers, and Tray was killed by a landslip in October 1833.

        In December 1823 Mary Anning uncovered the first whole skeleton of a plesiosaur. It was
        nine feet long. The Duke of Buckingham bought it, and William Conybeare described it in
        London without a word about its finder.

        In 1826 Mary Anning bought a house with a glass window for her shop. The King of Saxony
        called there in 1844 and paid fifteen pounds for an ichthyosaur. She wrote her name in his
        notebook and told his physician that she was well known throughout the whole of Europe.
        """,
    ),
    "friends": (
        "Friends and rivals",
        """
        Elizabeth Philpot came to Lyme Regis in 1805 with two sisters and collected fossils all
        her life. She lent books to the young Anning and taught her to draw. Their friendship
        lasted forty years, across a distance in rank that nobody else in the town would cross.

        Henry De la Beche drew a scene of ancient Dorset in 1830 and sold prints of it for the
        benefit of Mary Anning, whose savings were lost. The picture showed the sea with all its
        monsters. It was the first of its kind.

        William Buckland persuaded the government to give Mary Anning a pension of 25 pounds a
        year. Other friends say that the British Association gave it, in 1838. She had lost her
        savings to a swindler three years before.

        Mary Anning died at Lyme Regis on 10 March 1847. Henry De la Beche read a eulogy to the
        Geological Society, which had never done so much for a woman.
        """,
    ),
}

_PERAL = {
    "retrato": (
        "Retrato de un marino",
        """
        Isaac Peral fue un marino e inventor español que construyó el primer submarino con motor
        eléctrico y tubo lanzatorpedos. La Armada probó el buque durante dos años y luego lo
        abandonó en un muelle. Los periódicos de la época hicieron de él un héroe.

        Isaac Peral nació en Cartagena el 1 de junio de 1851. Su padre era contramaestre de la
        Armada. La familia se trasladó a San Fernando cuando el niño tenía ocho años.

        En 1865 ingresó en el Colegio Naval. Sirvió después en Cuba, durante la guerra, y en
        Filipinas, donde levantó cartas de la costa. La vida a bordo le dejó una salud débil.

        El 8 de septiembre de 1888 el submarino de Isaac Peral fue botado en el arsenal de La
        Carraca. Medía veintidós metros de eslora y llevaba dos motores eléctricos. La reina
        regente había ordenado que se le dieran los medios necesarios.

        Isaac Peral murió en Berlín el 22 de mayo de 1895. Lo operaron de un tumor y la herida se
        infectó. El cuerpo volvió a España por barco.
        """,
    ),
    "submarino": (
        "Las pruebas del submarino",
        """
        Las Carolinas estuvieron a punto de causar una guerra en 1885. Isaac Peral propuso
        entonces al ministro un torpedero sumergible que defendiera los puertos. El ministro pidió
        un proyecto completo y ofreció cinco mil pesetas para los primeros ensayos.

        El 8 de septiembre de 1888 el submarino de Isaac Peral fue botado en el arsenal de La
        Carraca. El buque navegó bajo el agua el 7 de junio de 1890 durante una hora. Ninguno
        había disparado antes un torpedo estando sumergido.

        La junta técnica reconoció en 1890 el éxito de las pruebas y recomendó construir otro
        buque mayor. El Consejo Superior de la Marina puso condiciones que Isaac Peral no quiso
        aceptar. La prensa habló de envidias y de negocios de los constructores extranjeros.
        """,
    ),
    "ultimos": (
        "Los últimos años en Madrid",
        """
        Isaac Peral dejó la Armada en enero de 1891. Instaló en Madrid una fábrica de acumuladores
        eléctricos y dirigió la construcción de varias centrales. Los nuevos negocios le dieron el
        dinero que la Marina le había negado.

        Los vecinos de Cartagena abrieron una suscripción para regalarle una casa. El inventor
        agradeció el gesto y devolvió el dinero. Las cartas de aquellos meses hablan de fiebre y de
        cansancio.

        Isaac Peral murió en Berlín el 24 de mayo de 1895, según la lápida del cementerio. El casco
        del submarino pasó muchos años en La Carraca sin que nadie lo cuidara. Cartagena lo recibió
        en 1929.
        """,
    ),
}


def anning() -> Corpus:
    """Return what three English sources tell of Mary Anning; two differ on the day she died."""
    return _corpus(_ANNING, "en")


def peral() -> Corpus:
    """Return what three Spanish sources tell of Isaac Peral; two differ on the day he died."""
    return _corpus(_PERAL, "es")


def _corpus(works: dict[str, tuple[str, str]], language: Language) -> Corpus:
    sources = tuple(
        Source(name, title, f"{name}.md", "0" * 64, language, author="Anonymous")
        for name, (title, _) in works.items()
    )
    passages = tuple(
        Passage(name, number, " ".join(text.split()))
        for name, (_, whole) in works.items()
        for number, text in enumerate(whole.strip().split("\n\n"), 1)
    )
    return Corpus(sources, passages)


def medal_told_twice() -> Corpus:
    """Return the life of Mary Anning with one more event that two sources tell alike, and only one
    of them in a sentence that the chapters can leave out."""
    told = (
        "On 4 May 1830 Mary Anning was awarded a medal by the museum of the county of Dorset. The "
        "curator pinned it to her cloak before a crowd of fishermen and of their children."
    )
    alike = (
        "On 4 May 1830 Mary Anning was awarded a medal by the county museum of Dorset. It was made "
        "of silver."
    )
    corpus = anning()
    passages = (*corpus.passages, Passage("cliffs", 9, told), Passage("friends", 9, alike))
    return Corpus(corpus.sources, passages)
