"""What the names of bodies are written with: words for kinds of bodies in many languages, legal
forms, connecting words, short forms. Data; how it is used stands in `spelling.py`.

Every word is written without accents and case; what is done to vowels is done to these words too.
"""

from __future__ import annotations

import re

_VOWELS = re.compile(r"(?<!q)([uoa])e")


def reduced(text: str) -> str:
    """`text` with umlauts that are written as two letters as one: ue, oe, ae as u, o, a."""
    return _VOWELS.sub(r"\1", text)


def words(text: str) -> frozenset[str]:
    """The words of a text, reduced."""
    return frozenset(reduced(text).split())


# The first word of a line stands for all others of it.
_SAME = """
university universite universita universitat universitate universitatea universidad universidade
university universiteit universitet universitetet universitets universitetas universiti univ
university universitesi unibertsitatea unibertsitate univerzita univerzitet univerziteta
university univerza univerzitni uniwersytet uniwersytetu universitas universtiy univeristy
university unversity yliopisto egyetem tudomanyegyetem ulikool daigaku daxue panepistimio
university universitetu uniwersytecki sveuciliste sveucilista
institute institut instituto istituto instytut institutet instituut inst institutul institutu
institute instituti institutas yanjiusuo ustav
college collegio colegio
academy academie academia akademie akademia akademi accademia akademija acad academe acedemy
academy kexueyuan akademien
school ecole escuela escola scuola schule skola
center centre centro centrum zentrum centr ctr centra tsentr
hospital hopital ospedale krankenhaus sjukhus szpital ziekenhuis yiyuan
laboratory laboratoire laboratorio laboratorium laboratori laboratories lab
foundation fondation fondazione fundacion fundacao fundacio stiftung fundacja fundatia
association asociacion associacao associazione verein asociatia associacio
ministry ministere ministerio ministerium ministero ministerstvo
municipality municipio municipalite comune
faculty faculte facultad fakultat facolta faculdade fakultet fakulta wydzial
department departement departamento dipartimento dept
society societe sociedad sociedade societa gesellschaft
agency agence agencia agenzia agentur
council conseil consejo consiglio conselho
office oficina ufficio buro
museum musee museo museu
library bibliotheque biblioteca bibliothek
national nacional nationale nazionale nationales nationaux nacionales nationaal nazionali
national narodowy natl
international internacional internazionale internationale intl
state estatal estadual
federal federale
royal koninklijk koninklijke kungliga kunglig real royale
european europeen europeenne europeo europea europaisches europaische europaischen
research recherche ricerca ricerche investigacion investigaciones investigacao pesquisa
research forschung onderzoek forskning vyzkum vyzkumny yanjiu
science scienze ciencia ciencias ciencies wissenschaft wissenschaften nauki nauk kexue
science scienza
scientific scientifique scientifiques scientifica cientifica cientificas cientifico
scientific wissenschaftliche
technology technologie tecnologia tecnologie teknologi teknoloji tehnologie technol keji
technical technische technischen technique technisch tecnica teknik tekniska tekniske technicka
technical techniczny tehniska tehnicki tehnica
technological tecnologico tecnologica technologique
polytechnic politecnico politecnica polytechnique politechnika polytechnische polytechnical
polytechnic polytechneio politehnica politecnic
engineering ingenieria ingenierie ingegneria engenharia eng gongcheng
medicine medecine medicina medizin
medical medico medica medizinische medische medicinska med
agriculture agricultural agricole agricola agrarian agraria agrario nongye
forestry forest forestier forestal
environment environmental environnement ambiente umwelt ambientale ambiental ambientali
geology geological
health sante salud salute saude
industry industria industrie
development developpement desarrollo sviluppo desenvolvimento
study studi etude estudio estudo
economy economia economie
applied applique angewandte aplicada
catholic catolica cattolica catholique
autonomous autonoma autonome
normal shifan
people renmin
st saint sankt
organization organisation organizacion organizzazione organisatie organizacao
program programme
defence defense
labour labor
fibre fiber
pediatric padiatric
"""

# Words that only connect others.
CONNECTING = words(
    """
    of the and de du des di da do dos das del della delle dell degli dei der die dem den et e y
    i und u van von zu zur zum for fur pour para per pro la le les el los las lo il at in im en
    an on a au aux og och ja d l to with its o no nr v w nella ved af
    """
)

# Legal forms: taken off where they end a name.
LEGAL = words(
    """
    gmbh ggmbh mbh ag kg kgaa ev se sa sas sasu sarl srl srls spa scarl scrl scpa sl slu slne
    sau sll nv bv vzw asbl ivzw aisbl gie geie epic aie eeig lbg cic ltd limited ltda lda llc
    llp lp inc incorporated corp corporation co company plc pte pty private pvt oy oyj ab as asa
    aps sro zrt kft nyrt rt doo dd ad ood eood oe ike ae epe zoo sp spzoo spol cv kk ong onlus
    ets ooo zao oao pao jsc gaisha kaisha sirketi anonim ticaret sanayi aktiengesellschaft soe
    snc sca scs scop zo ou sia uab vsi zs zu ops aoe ivs etairia omada
    """
)
# Legal forms that are no other word: taken off wherever they stand.
LEGAL_ANYWHERE = words("gmbh ggmbh kgaa aktiengesellschaft stichting stiftelsen ltd irccs seal")

# Who holds a university, said before or after its name.
HOLDERS = (
    r"(?:the )?chancellor masters and scholars of the",
    r"(?:the )?university court of the",
    r"(?:the )?(?:board of )?(?:trustees|regents|governors|curators) of(?: the)?",
    r"(?:the )?(?:president|provost|warden) and (?:fellows|scholars) of(?: the)?",
    r"(?:the )?governing council of the",
    r"board of (?:trustees|regents|governors)$",
    r"higher education corporation$",
    r"royal charter$",
    r"kokuritsu daigaku hojin",
    r"kokuritsu kenkyu kaihatsu hojin",
    r"dokuritsu gyosei hojin",
    r"gakko hojin",
    r"kabushiki (?:gaisha|kaisha)",
    r"national university corporation",
    r"(?:federal )?state (?:autonomous|budgetary?) (?:educational )?institution"
    r"(?: (?:of|for) higher(?: professional)? education)?",
    r"spolka z ograniczona odpowiedzialnoscia$",
    r"spolka akcyjna$",
    r"gesellschaft mit beschrankter haftung$",
    r"societe anonyme$",
    r"fundacio privada$",
    r"degli studi",
)
HOLDER_WORDS = words(
    """
    chancellor court trustees regents governors curators provost warden council corporation
    charter hojin gaisha kaisha autonomous budgetary budget odpowiedzialnoscia akcyjna haftung
    anonyme privada degli president board institution
    """
)

ORDINALS = {
    name: str(number)
    for number, names in enumerate(
        (
            *(
                ("first", "1st"),
                ("second", "2nd", "ii"),
                ("third", "3rd", "iii"),
                ("fourth", "4th"),
            ),
            *(("fifth", "5th"), ("sixth", "6th"), ("seventh", "7th"), ("eighth", "8th")),
            *(("ninth", "9th"), ("tenth", "10th")),
        ),
        start=1,
    )
    for name in names
}

# Short Chinese forms and the full ones.
HAN_SHORT = (
    ("中科院", "中国科学院"),
    ("中国社科院", "中国社会科学院"),
    ("中国农科院", "中国农业科学院"),
    ("中国林科院", "中国林业科学研究院"),
    ("中国医科院", "中国医学科学院"),
    ("中国水科院", "中国水利水电科学研究院"),
    ("中国电科院", "中国电力科学研究院"),
    ("中物院", "中国工程物理研究院"),
    ("农科院", "农业科学院"),
    ("中国疾控中心", "中国疾病预防控制中心"),
)
# Universities by the two or three characters that everybody in the field writes.
HAN_NICKNAMES = {
    "北大": "北京大学",
    "清华": "清华大学",
    "北航": "北京航空航天大学",
    "北理工": "北京理工大学",
    "北工大": "北京工业大学",
    "北科大": "北京科技大学",
    "北交大": "北京交通大学",
    "北邮": "北京邮电大学",
    "北化工": "北京化工大学",
    "北师大": "北京师范大学",
    "北林大": "北京林业大学",
    "中国农大": "中国农业大学",
    "人大": "中国人民大学",
    "国科大": "中国科学院大学",
    "中科大": "中国科学技术大学",
    "首医大": "首都医科大学",
    "北医三院": "北京大学第三医院",
    "上海交大": "上海交通大学",
    "西安交大": "西安交通大学",
    "哈工大": "哈尔滨工业大学",
    "浙大": "浙江大学",
    "复旦": "复旦大学",
    "华科": "华中科技大学",
    "西工大": "西北工业大学",
}
HAN_LEGAL_END = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "公司",
    "株式会社",
)
HAN_LEGAL_START = (
    "国立大学法人",
    "公立大学法人",
    "独立行政法人",
    "国立研究开发法人",
    "国立研究開発法人",
    "公益财团法人",
    "一般财团法人",
    "公益社団法人",
    "一般社団法人",
    "财团法人",
    "株式会社",
    "学校法人",
)


def one_for_all(text: str) -> dict[str, str]:
    """For each line of words, by each but the first: the first, which stands for them."""
    table: dict[str, str] = {}
    for line in reduced(text).strip().splitlines():
        first, *others = line.split()
        table.update(dict.fromkeys(others, first))
    return {word: target for word, target in table.items() if word != target}


SAME = one_for_all(_SAME)
SOFT = {
    "municipal": 0.02,
    "provincial": 0.02,
    "province": 0.02,
    "group": 0.06,
    "headquarter": 0.03,
    "republic": 0.03,
    "named": 0.01,
    "after": 0.01,
}
"""Words that one spelling may have and another not: how much surer it would be without."""
GENERIC = frozenset(SAME.values())
"""Words for kinds of bodies and what they do, in one language."""
COMMON = GENERIC | CONNECTING | LEGAL
"""Words that are no abbreviation of a name in which they stand."""
_KINDS = (
    words("university institute academy college school faculty laboratory center"),
    words("bureau ministry office administration commission government agency"),
    words("hospital clinic"),
    words("museum library archive"),
)
KINDS = {word: number for number, kind in enumerate(_KINDS) for word in kind}
"""Words that say what kind of body it is; those of one number are used for one another."""
PARENTS = words("academy ministry university council administration commission association")
"""Words of bodies that others belong to."""

_OFTEN = {
    2500: "university",
    1500: "institute",
    900: "research center",
    700: "science technology",
    550: "hospital national",
    400: "state laboratory college",
    300: "foundation medical academy",
    250: "health association society",
    160: "international school engineering key agriculture environment china",
    100: """development education system medicine technical department chinese shanghai beijing
    japan group cancer ministry study""",
    70: """information energy service european management economic polytechnic innovation general
    st council applied people technological industry city physic normal new central united
    scientific agency federal network material resource arts advanced business social""",
    40: """forestry public office pharmaceutical american south industrial regional administration
    community design museum chemical commission communication korea bureau north government marine
    municipal biology nuclear geology disease food provincial control water organization chemistry
    space affiliated""",
    30: """trust fund power electric natural global children clinical electronic higher
    biotechnology safety finance training molecular defense animal protection""",
}
OFTEN = {word: share for share, text in _OFTEN.items() for word in text.split()}
"""In how many names of ten thousand a common word stands, counted over bodies of all the world: a
small catalogue would take it for a rare one."""
