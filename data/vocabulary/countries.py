"""Writes country.yaml: names from the Unicode CLDR through Babel, regions and synonyms from here.

    python data/vocabulary/countries.py

Needs the extra `dev` (Babel). The product itself never runs this: it reads the written file.
"""

from __future__ import annotations

import json
from pathlib import Path

from babel import Locale

TARGET = Path(__file__).resolve().parent / "country.yaml"

HEADER = """\
# Countries and regions: ISO 3166-1 whole, and EU, which the policy paper counts among them.
# Written by countries.py: names from the Unicode CLDR (Unicode-3.0 licence, © Unicode, Inc.) except
# its overrides. `parent` is the region; places without a settled population have none.
# `aliases` are codes and spellings that sources use: found, never shown. `crosswalk`: who had
# joined the Belt and Road initiative by the end of 2022.
country:
"""

REGIONS = {
    "europe": """
        AD:AND AL:ALB AT:AUT AX:ALA BA:BIH BE:BEL BG:BGR BY:BLR CH:CHE CY:CYP CZ:CZE DE:DEU DK:DNK
        EE:EST ES:ESP FI:FIN FO:FRO FR:FRA GB:GBR GG:GGY GI:GIB GR:GRC HR:HRV HU:HUN IE:IRL IM:IMN
        IS:ISL IT:ITA JE:JEY LI:LIE LT:LTU LU:LUX LV:LVA MC:MCO MD:MDA ME:MNE MK:MKD MT:MLT NL:NLD
        NO:NOR PL:POL PT:PRT RO:ROU RS:SRB RU:RUS SE:SWE SI:SVN SJ:SJM SK:SVK SM:SMR UA:UKR VA:VAT
    """,
    "north_america": """
        AG:ATG AI:AIA AW:ABW BB:BRB BL:BLM BM:BMU BQ:BES BS:BHS BZ:BLZ CA:CAN CR:CRI CU:CUB CW:CUW
        DM:DMA DO:DOM GD:GRD GL:GRL GP:GLP GT:GTM HN:HND HT:HTI JM:JAM KN:KNA KY:CYM LC:LCA MF:MAF
        MQ:MTQ MS:MSR MX:MEX NI:NIC PA:PAN PM:SPM PR:PRI SV:SLV SX:SXM TC:TCA TT:TTO US:USA VC:VCT
        VG:VGB VI:VIR
    """,
    "asia": """
        AE:ARE AF:AFG AM:ARM AZ:AZE BD:BGD BH:BHR BN:BRN BT:BTN CN:CHN GE:GEO HK:HKG ID:IDN IL:ISR
        IN:IND IQ:IRQ IR:IRN JO:JOR JP:JPN KG:KGZ KH:KHM KP:PRK KR:KOR KW:KWT KZ:KAZ LA:LAO LB:LBN
        LK:LKA MM:MMR MN:MNG MO:MAC MV:MDV MY:MYS NP:NPL OM:OMN PH:PHL PK:PAK PS:PSE QA:QAT SA:SAU
        SG:SGP SY:SYR TH:THA TJ:TJK TL:TLS TM:TKM TR:TUR TW:TWN UZ:UZB VN:VNM YE:YEM
    """,
    "oceania": """
        AS:ASM AU:AUS CC:CCK CK:COK CX:CXR FJ:FJI FM:FSM GU:GUM KI:KIR MH:MHL MP:MNP NC:NCL NF:NFK
        NR:NRU NU:NIU NZ:NZL PF:PYF PG:PNG PN:PCN PW:PLW SB:SLB TK:TKL TO:TON TV:TUV UM:UMI VU:VUT
        WF:WLF WS:WSM
    """,
    "africa": """
        AO:AGO BF:BFA BI:BDI BJ:BEN BW:BWA CD:COD CF:CAF CG:COG CI:CIV CM:CMR CV:CPV DJ:DJI DZ:DZA
        EG:EGY EH:ESH ER:ERI ET:ETH GA:GAB GH:GHA GM:GMB GN:GIN GQ:GNQ GW:GNB IO:IOT KE:KEN KM:COM
        LR:LBR LS:LSO LY:LBY MA:MAR MG:MDG ML:MLI MR:MRT MU:MUS MW:MWI MZ:MOZ NA:NAM NE:NER NG:NGA
        RE:REU RW:RWA SC:SYC SD:SDN SH:SHN SL:SLE SN:SEN SO:SOM SS:SSD ST:STP SZ:SWZ TD:TCD TG:TGO
        TN:TUN TZ:TZA UG:UGA YT:MYT ZA:ZAF ZM:ZMB ZW:ZWE
    """,
    "south_america": "AR:ARG BO:BOL BR:BRA CL:CHL CO:COL EC:ECU FK:FLK GF:GUF GY:GUY PE:PER "
    "PY:PRY SR:SUR UY:URY VE:VEN",
    "": "AQ:ATA BV:BVT GS:SGS HM:HMD TF:ATF",
}
"""UN M49, its Americas split where South America begins; Cyprus, a member of the European Union,
with Europe. Without a region: Antarctica and the islands that have no settled population."""

OVERRIDES = {
    "HK": ("中国香港", "Hong Kong, China"),
    "MO": ("中国澳门", "Macao, China"),
    "TW": ("中国台湾", "Taiwan, China"),
    "FK": ("福克兰群岛（马尔维纳斯）", "Falkland Islands (Malvinas)"),
    "MM": ("缅甸", "Myanmar"),
    "PS": ("巴勒斯坦", "Palestine"),
}
"""Where the product does not show CLDR's name."""

SYNONYMS: dict[str, tuple[str, str]] = {
    "AE": ("阿联酋", "UAE"),
    "BA": ("波黑", "Bosnia"),
    "BL": ("", "Saint Barthélemy"),
    "BN": ("文莱达鲁萨兰国", "Brunei Darussalam"),
    "BO": ("", "Bolivia, Plurinational State of"),
    "BQ": ("", "Bonaire, Sint Eustatius and Saba"),
    "CD": (
        "刚果民主共和国|民主刚果",
        "Democratic Republic of the Congo|DR Congo|DRC|Congo, The Democratic Republic of the",
    ),
    "CF": ("中非", ""),
    "CG": ("刚果共和国", "Republic of the Congo"),
    "CI": ("", "Ivory Coast"),
    "CN": ("中华人民共和国", "People's Republic of China|PRC|P.R. China"),
    "CV": ("", "Cabo Verde"),
    "CZ": ("捷克共和国", "Czech Republic"),
    "DE": ("德意志联邦共和国", "Federal Republic of Germany"),
    "EU": ("欧洲联盟", ""),
    "FM": ("密克罗尼西亚联邦", "Micronesia, Federated States of"),
    "GB": (
        "联合王国|大不列颠",
        "UK|Great Britain|Britain|United Kingdom of Great Britain and Northern Ireland",
    ),
    "GM": ("", "The Gambia"),
    "GR": ("", "Hellenic Republic"),
    "ID": ("印尼", ""),
    "IE": ("爱尔兰共和国", "Republic of Ireland"),
    "IR": ("", "Iran, Islamic Republic of"),
    "KN": ("", "Saint Kitts and Nevis"),
    "KP": ("", "DPRK|Korea, Democratic People's Republic of"),
    "KR": ("大韩民国", "Republic of Korea|Korea, Republic of"),
    "LA": ("", "Lao PDR|Lao People's Democratic Republic"),
    "LC": ("", "Saint Lucia"),
    "MD": ("", "Republic of Moldova|Moldova, Republic of"),
    "MF": ("", "Saint Martin (French part)"),
    "NL": ("", "The Netherlands"),
    "PM": ("", "Saint Pierre and Miquelon"),
    "PN": ("", "Pitcairn"),
    "PS": ("巴勒斯坦国", "State of Palestine|Palestine, State of"),
    "RU": ("俄罗斯联邦", "Russian Federation"),
    "SA": ("沙特", "Kingdom of Saudi Arabia"),
    "SH": ("", "Saint Helena|Saint Helena, Ascension and Tristan da Cunha"),
    "SX": ("", "Sint Maarten (Dutch part)"),
    "SY": ("", "Syrian Arab Republic"),
    "TR": ("", "Turkey"),
    "TZ": ("", "United Republic of Tanzania|Tanzania, United Republic of"),
    "UM": ("", "United States Minor Outlying Islands"),
    "US": ("美利坚合众国", "USA|US|United States of America"),
    "VA": ("", "Holy See"),
    "VC": ("", "Saint Vincent and the Grenadines"),
    "VE": ("", "Venezuela, Bolivarian Republic of"),
    "VG": ("", "Virgin Islands, British"),
    "VI": ("", "Virgin Islands, U.S."),
    "VN": ("", "Viet Nam"),
}
"""Other names in good use, Chinese and English, divided by "|"."""

ALIASES = {
    "CD": "Congo (Kinshasa)|Zaire",
    "CG": "Congo (Brazzaville)",
    "CN": "中国大陆|中国内地|Mainland China",
    "DE": "联邦德国|Deutschland",
    "DO": "多明尼加",
    "FK": "福克兰群岛|马尔维纳斯群岛|Falkland Islands|Malvinas",
    "GB": "英格兰|苏格兰|威尔士|北爱尔兰|England|Scotland|Wales|Northern Ireland",
    "GR": "EL|Hellas",
    "HK": "香港|中国香港特别行政区|香港特别行政区|香港特区|Hong Kong|Hong Kong SAR"
    "|Hong Kong SAR China",
    "IE": "Éire",
    "KR": "南韩|Korea|Korea, South|ROK",
    "MK": "马其顿|Macedonia|FYROM",
    "MM": "Burma|Myanmar (Burma)",
    "MO": "澳门|中国澳门特别行政区|澳门特别行政区|澳门特区|Macao|Macau|Macao SAR|Macao SAR China",
    "NL": "尼德兰|Holland",
    "PS": "巴勒斯坦领土|Palestinian Territories",
    "RU": "俄国",
    "SA": "KSA",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TW": "台湾|台湾省|台湾地区|臺灣|Taiwan|Chinese Taipei|Taiwan, Province of China",
    "US": "America|The United States",
}
"""Spellings and codes that sources use: understood, never shown. "EL" (like "UK" above) is what
the European Commission writes."""

BELT_AND_ROAD = """
    AE AF AG AL AM AO AR AT AZ BA BB BD BF BG BH BI BJ BN BO BW BY CD CF CG CK CL CM CR CU CV CY CZ
    DJ DM DO DZ EC EE EG ER ET FJ FM GA GD GE GH GM GN GQ GR GW GY HR HU ID IQ IR IT JM KE KG KH KI
    KM KR KW KZ LA LB LK LR LS LT LU LV LY MA MD ME MG MK ML MM MN MR MT MV MW MY MZ NA NE NG NI NP
    NU NZ OM PA PE PG PH PK PL PT QA RO RS RU RW SA SB SC SD SG SK SL SN SO SR SS ST SV SY TD TG TH
    TJ TN TO TR TT TZ UA UG UY UZ VE VN VU WS YE ZA ZM ZW
"""
"""Had signed a Belt and Road document with China by the end of 2022 (Italy and Panama have left
since: the flag says who was in the network, as the policy paper counts it)."""


def rows() -> list[dict[str, str | list[str]]]:
    """One row a country, by code; parent, synonyms and aliases only where there are any."""
    chinese, english = Locale("zh").territories, Locale("en").territories
    places = {
        code: (alpha3, region)
        for region, text in REGIONS.items()
        for code, alpha3 in (pair.split(":") for pair in text.split())
    }
    places["EU"] = ("", "europe")
    found: list[dict[str, str | list[str]]] = []
    for code, (alpha3, region) in sorted(places.items()):
        zh, en = OVERRIDES.get(code, (chinese[code], english[code]))
        row: dict[str, str | list[str]] = {"code": code, "zh": zh, "en": en}
        if region:
            row["parent"] = region
        said = {code}
        zh_words, en_words = SYNONYMS.get(code, ("", ""))
        for key, text in (
            ("synonyms_zh", zh_words),
            ("synonyms_en", en_words),
            ("aliases", f"{alpha3}|{ALIASES.get(code, '')}"),
        ):
            # What the code itself says ("US") or another list already holds is not said again.
            if words := [word for word in text.split("|") if word and word not in said]:
                row[key] = words
                said.update(words)
        if code in BELT_AND_ROAD.split():
            row["crosswalk"] = ["initiative:belt_and_road"]
        found.append(row)
    return found


def main() -> None:
    """Writes the file; JSON's spelling of a list or string is YAML's too."""
    lines = []
    for row in rows():
        pairs = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in row.items())
        lines.append("  - {" + ", ".join(pairs) + "}\n")
    TARGET.write_text(HEADER + "".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
