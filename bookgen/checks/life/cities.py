"""Cities of which none lies in another, so that nobody was born in two of them."""

from __future__ import annotations

import re

__all__ = ["cities_in"]

# The names of a city, in both languages and in its own, are parted by slashes, cities by commas.
# Left out are those that share their name with a state, a region or a county in which other towns
# lie ("New York", "Washington", "Valencia").
_CITIES = """
    Amsterdam/Ámsterdam, Antwerp/Amberes/Anvers, Athens/Atenas, Augsburg/Augsburgo,
    Baltimore, Barcelona, Basel/Basle/Basilea, Belgrade/Belgrado, Berlin/Berlín,
    Bilbao, Birmingham, Bologna/Bolonia, Bonn, Bordeaux/Burdeos, Boston, Bremen,
    Breslau/Wrocław/Wroclaw, Bristol, Brno/Brünn, Brussels/Bruselas/Bruxelles, Bucharest/Bucarest,
    Budapest, Buenos Aires, Cairo/El Cairo, Calcutta/Kolkata/Calcuta, Charleston, Chicago,
    Cologne/Colonia/Köln, Constantinople/Constantinopla/Istanbul/Estambul,
    Copenhagen/Copenhague, Cracow/Kraków/Krakow/Cracovia, Danzig/Gdansk/Gdańsk, Delft,
    Dresden/Dresde, Dublin/Dublín, Düsseldorf, Edinburgh/Edimburgo, Eisenach,
    Florence/Florencia/Firenze, Geneva/Ginebra/Genève, Genoa/Génova/Genova, Ghent/Gante,
    Glasgow, Göttingen/Gotinga, Graz, Halle, Hamburg/Hamburgo, Hanover/Hannover, Havana/La Habana,
    Heidelberg, Helsinki, Innsbruck, Jena, Jerusalem/Jerusalén, Kiev/Kyiv, Königsberg/Kaliningrad,
    Leeds, Leiden/Leyden, Leipzig/Leipsic, Lemberg/Lviv/Lwów, Lima, Linz,
    Lisbon/Lisboa, Liverpool, London/Londres, Lyons/Lyon, Madrid, Mainz/Mayence/Maguncia,
    Manchester, Mannheim, Marseilles/Marseille/Marsella, Melbourne, Milan/Milán/Milano,
    Montevideo, Montreal, Moscow/Moscú, Munich/Múnich, Naples/Nápoles/Napoli,
    New Orleans/Nueva Orleans, Nuremberg/Núremberg, Odessa, Oslo, Padua, Palermo, Paris/París,
    Philadelphia/Filadelfia, Pisa, Prague/Praga, Pressburg/Bratislava, Ravenna,
    Riga, Rome/Roma, Rotterdam, Rouen/Ruan, St. Petersburg/St Petersburg/Saint Petersburg/
    San Petersburgo/Leningrad/Petrograd, San Francisco, Sevilla/Seville,
    Sofia, Stockholm/Estocolmo, Strasbourg/Strassburg/Estrasburgo, Stuttgart, Sydney,
    Tokyo/Tokio, Toulouse, Trieste, Turin/Turín/Torino, Ulm, Utrecht, Venice/Venecia/Venezia,
    Versailles/Versalles, Vienna/Viena/Wien, Vilnius/Wilno/Vilna, Warsaw/Varsovia/Warszawa,
    Weimar, Zaragoza/Saragossa, Zürich/Zurich
"""
_CITY = {
    " ".join(form.split()): forms.split("/")[0].strip()
    for forms in _CITIES.split(",")
    for form in forms.split("/")
}
# Not in "Paris Street", "London's", "Boston-born".
_FOUND = re.compile(
    r"(?:\b(?:[Aa]t|[Ii]n|[Ee]n|city of|ciudad de)|,) "
    rf"(?P<city>{'|'.join(sorted(_CITY, key=len, reverse=True))})(?![\w'’-]| [^\W\d_a-zà-öø-ÿ])"
)


def cities_in(text: str) -> list[tuple[str, str]]:
    """Return the cities that the text says something is in, in order: the name as it stands there,
    and one that is the same for all names of the city."""
    return [(match["city"], _CITY[match["city"]]) for match in _FOUND.finditer(text)]
