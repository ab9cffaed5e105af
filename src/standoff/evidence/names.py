"""Names that stand for somebody who speaks: seats of governments, outlets, titles, kinds of people."""

from __future__ import annotations

from standoff.evidence.vocabulary import listed

# Seats that stand for a government, by the country that they stand for
_SEATS = {
    "Russia": "Moscow;Kremlin",
    "the United States": "Washington;White House;US;U.S.;USA;America;United States;United States of America",
    "the United Kingdom": "London;Downing Street;Number 10;No 10;Whitehall;UK;U.K.;Britain;Great Britain",
    "France": "Paris;Élysée;Elysée;Elysee;Quai d’Orsay",
    "Ukraine": "Kyiv;Kiev;Bankova",
    "Germany": "Berlin",
    "China": "Beijing;Zhongnanhai;People’s Republic of China",
    "Japan": "Tokyo",
    "India": "New Delhi;Delhi",
    "Pakistan": "Islamabad",
    "Iran": "Tehran",
    "Israel": "Jerusalem",
    "Turkey": "Ankara;Türkiye",
    "Poland": "Warsaw",
    "Italy": "Rome",
    "Spain": "Madrid",
    "Canada": "Ottawa",
    "Australia": "Canberra",
    "South Korea": "Seoul;Blue House;Republic of Korea",
    "North Korea": "Pyongyang;DPRK",
    "Taiwan": "Taipei",
    "Egypt": "Cairo",
    "Saudi Arabia": "Riyadh",
    "Qatar": "Doha",
    "Iraq": "Baghdad",
    "Syria": "Damascus",
    "Lebanon": "Beirut",
    "Jordan": "Amman",
    "Greece": "Athens",
    "Hungary": "Budapest",
    "Romania": "Bucharest",
    "Bulgaria": "Sofia",
    "Serbia": "Belgrade",
    "Austria": "Vienna",
    "Norway": "Oslo",
    "Sweden": "Stockholm",
    "Finland": "Helsinki",
    "Denmark": "Copenhagen",
    "Estonia": "Tallinn",
    "Latvia": "Riga",
    "Lithuania": "Vilnius",
    "Belarus": "Minsk",
    "Moldova": "Chisinau;Chișinău",
    "Georgia": "Tbilisi",
    "Armenia": "Yerevan",
    "Azerbaijan": "Baku",
    "Kazakhstan": "Astana",
    "the Netherlands": "Hague;Netherlands",
    "Portugal": "Lisbon",
    "Ireland": "Dublin",
    "Czechia": "Prague;Czech Republic",
    "Slovakia": "Bratislava",
    "Mexico": "Mexico City",
    "Brazil": "Brasília;Brasilia",
    "Argentina": "Buenos Aires",
    "Venezuela": "Caracas",
    "Cuba": "Havana",
    "Ethiopia": "Addis Ababa",
    "Eritrea": "Asmara",
    "Kenya": "Nairobi",
    "South Africa": "Pretoria",
    "Nigeria": "Abuja",
    "Sudan": "Khartoum",
    "Afghanistan": "Kabul",
    "Vietnam": "Hanoi",
    "the Philippines": "Manila;Malacañang;Philippines",
    "Indonesia": "Jakarta",
    "Thailand": "Bangkok",
    "Malaysia": "Kuala Lumpur",
    "Singapore": "",
    "Switzerland": "Bern",
    "Yemen": "Sanaa",
    "Libya": "Tripoli",
    "Morocco": "Rabat",
    "Algeria": "Algiers",
    "Tunisia": "Tunis",
    "Cyprus": "Nicosia",
    "Albania": "Tirana",
    "Kosovo": "Pristina",
}
SEATS: dict[str, str] = {
    name: country
    for country, seats in _SEATS.items()
    for name in (country.removeprefix("the "), *filter(None, seats.split(";")))
}
_DEMONYMS = """Russian:Russia American:the_United_States US:the_United_States U.S.:the_United_States
British:the_United_Kingdom UK:the_United_Kingdom French:France Ukrainian:Ukraine German:Germany Chinese:China
Japanese:Japan Indian:India Pakistani:Pakistan Iranian:Iran Israeli:Israel Turkish:Turkey Polish:Poland
Italian:Italy Spanish:Spain Canadian:Canada Australian:Australia Taiwanese:Taiwan Egyptian:Egypt
Saudi:Saudi_Arabia Qatari:Qatar Iraqi:Iraq Syrian:Syria Lebanese:Lebanon Greek:Greece Hungarian:Hungary
Romanian:Romania Serbian:Serbia Austrian:Austria Norwegian:Norway Swedish:Sweden Finnish:Finland
Danish:Denmark Estonian:Estonia Latvian:Latvia Lithuanian:Lithuania Belarusian:Belarus Moldovan:Moldova
Georgian:Georgia Armenian:Armenia Dutch:the_Netherlands Portuguese:Portugal Irish:Ireland Czech:Czechia
Mexican:Mexico Brazilian:Brazil Filipino:the_Philippines Philippine:the_Philippines Vietnamese:Vietnam
Indonesian:Indonesia"""
DEMONYMS: dict[str, str] = {
    adjective: country.replace("_", " ") for adjective, country in (pair.split(":") for pair in _DEMONYMS.split())
}

_OUTLETS = """Reuters; AP; Associated Press; AFP; Agence France-Presse; BBC; CNN; NBC; CBS; ABC; Fox News; Sky News;
Al Jazeera; Bloomberg; Politico; Axios; Guardian; Telegraph; Daily Telegraph; Times; Sunday Times;
Financial Times; FT; New York Times; Washington Post; Wall Street Journal; Economist; Spiegel; Der Spiegel;
Le Monde; Le Figaro; Bild; Die Welt; Die Zeit; El País; Corriere della Sera; La Repubblica; TASS; Tass;
RIA Novosti; RIA; Interfax; Kommersant; Izvestia; RT; Sputnik; Xinhua; Global Times; Kyiv Independent;
Kyiv Post; Ukrinform; Haaretz; Times of Israel; Yonhap; Kyodo; Nikkei; South China Morning Post; Anadolu; dpa;
ANSA; Euronews; NPR; PBS; Newsweek; Time; Semafor; Foreign Policy; Foreign Affairs; Meduza; Independent; Sun;
Mirror; Daily Mail; Express; Observer; Irish Times"""
OUTLETS = frozenset(" ".join(name.split()) for name in _OUTLETS.split(";"))
# Last words of names that only outlets have; those in AMBIGUOUS count only where the text treats the name as an outlet
OUTLET_WORDS = listed(
    """News Times Herald Tribune Gazette Journal Telegraph Guardian Courier Chronicle Dispatch Examiner Newswire
    Wire Daily Newspaper Broadcasting Radio TV Television Magazine Weekly Sentinel Bulletin Newsroom Observer
    Inquirer Mercury Argus Ledger Post Standard Monitor Mail Star Mirror Review Register Press Reporter Echo
    Messenger Record"""
)
OUTLET_ENDINGS = ("wire", "news", "press", "blatt", "zeitung", "post", "times")
OUTLET_NOUNS = listed(
    """newspaper newspapers paper daily weekly magazine broadcaster agency newswire outlet outlets website site
    tabloid journal channel station network blog portal radio television tv"""
)
# Offices that one person holds: "the minister" can be found out, "a spokesman" cannot
OFFICES = listed(
    """president premier minister chancellor secretary secretary-general ambassador governor mayor commander envoy
    deputy king queen prince princess speaker chairman chairwoman chair admiral general predecessor successor
    leader head chief premier director prosecutor judge archbishop bishop pope counterpart commissioner"""
)
INSTITUTIONS = listed(
    """government ministry navy army military cabinet administration authorities presidency parliament embassy
    council commission committee agency company operator authority department office mission bank court
    secretariat union alliance bloc league compact command consulate treasury palace police coastguard guard
    board organisation organization force bureau assembly senate delegation service conference federation
    association"""
)

ORGANISATION_WORDS = listed(
    """Ministry Council Government Office Department Union Agency Authority Party Parliament Command Navy Army
    Force Forces Committee Commission Organization Organisation Institute Centre Center Group Bank Court Embassy
    Administration House Senate Congress Cabinet Secretariat Alliance Assembly Directorate Bureau Board
    Federation League Mission Guard Corps Fleet Staff University Foundation Association Company Line Pentagon
    NATO EU UN OSCE IAEA Nations Treaty Service Police Presidency Chancellery Inspectorate Operator Consortium
    Chamber Society Network Fund Ministries Community Coalition Coast Air Port Customs"""
)

TITLES = listed(
    """president premier minister chancellor secretary secretary-general general admiral colonel captain commander
    ambassador senator spokesman spokeswoman spokesperson mr mrs ms dr sir lord lady dame chief commissioner
    governor king queen prince princess emperor sultan emir representative director chairman chairwoman chair
    professor envoy lieutenant major brigadier marshal commodore sergeant gen adm col capt lt maj sen rep gov
    prof deputy vice undersecretary under-secretary vice-president vice-admiral rear-admiral rear brig cmdr
    speaker leader head mayor judge justice analyst historian economist editor columnist correspondent reporter
    researcher fellow adviser advisor aide official negotiator mediator inspector lawmaker deputy-minister mp
    mep congressman congresswoman diplomat officer candidate attorney counsel negotiator rapporteur coordinator
    pilot skipper harbourmaster fisherman resident author scholar expert pope cardinal bishop archbishop
    engineer superintendent auditor statesman"""
)
WOMEN = listed("mrs ms lady dame spokeswoman chairwoman congresswoman queen princess")
MEN = listed("mr sir lord spokesman chairman congressman king prince fisherman statesman")

# Heads of phrases for people (or papers) that are not named
PEOPLE = TITLES | listed(
    """source sources official officials diplomats officers analysts experts observers critics supporters
    proponents opponents advocates policymakers leaders governments government voices camp insiders insider
    aides advisers advisors ministers lawmakers spokespeople representatives negotiators commanders generals
    admirals authorities residents witnesses witness fishermen sailors person people man woman members member
    commentators delegates delegation delegations allies ally capitals countries nations states parties
    opposition figures figure sceptics skeptics hawks doves planners envoys ambassadors economists historians
    scholars researchers reporters journalists editors executives executive spokesmen pilots captains traders
    insurers operators shipowners farmers villagers protesters investigators inspectors monitors mediators
    colleagues colleague politicians politician counterparts neighbours neighbors intelligence team staff
    administration ministry office embassy cabinet coalition council commission agency company operator union
    alliance side sides circles quarters faction factions bloc group groups agencies ministries others some many
    most few both veterans soldiers troops officer correspondents campaigners activists chiefs heads presidents
    strategists lawyers lawyer academics academic specialists specialist employee employees speaker speakers
    navy army military police force forces board court panel committee secretariat mission command"""
)
PLURAL_PEOPLE = listed(
    """people some many most few both others police intelligence authorities fishermen spokesmen spokespeople"""
)
SOURCES = frozenset(["source", "sources", "insider", "insiders"])
PRIVATE_PEOPLE = frozenset(["source", "sources", "insider", "insiders"])
PRIVATE_ROLES = listed("diplomat diplomats aide aides adviser advisers official officials person people")
SPEAKING_PUBLICLY = listed("""officials leaders proponents spokesman spokeswoman spokesperson ministers authorities""")
BODIES = listed(
    """government ministry navy army military cabinet administration authorities presidency parliament embassy"""
)
PRONOUNS = {"he": "man", "she": "woman", "they": "many", "it": "thing", "who": "who", "we": "we", "i": "we"}
POSSESSIVES = {"his": "man", "her": "woman", "their": "many", "its": "thing", "our": "we"}
DETERMINERS = listed(
    """a an the some one two three four several many most few both certain other another any all no this that these
    those his her their its our every each"""
)
MONTHS_AND_DAYS = listed(
    """Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August
    September October November December"""
)
PARTICLES = listed("de van von der den al bin ibn el la le du di da ter ben abu")
