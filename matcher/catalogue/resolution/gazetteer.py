"""Places as names of bodies and rows of sources say them: countries, provinces, cities. Data.

Every word is written without accents and case, as in `lexicon.py`.
"""

from __future__ import annotations

from .lexicon import one_for_all, reduced, words

# Cities under several names, or in several cases of their language; the first stands for all.
_CALLED_ALSO = """
beijing peking pekin
xiamen amoy
xian sian
guangzhou canton
hangzhou hangchow
chongqing chungking
tianjin tientsin
nanjing nanking
qingdao tsingtao
hohhot hohehot huhhot huhehaote
urumqi wulumuqi
harbin haerbin
lhasa lasa
hongkong xianggang
munich munchen
vienna wien
cologne koln
nuremberg nurnberg
hanover hannover
braunschweig brunswick
geneva geneve genf
zurich zurcher
basel bale
bern berne
florence firenze
rome roma
milan milano
turin torino
naple napoli neapel
venice venezia
genoa genova
padua padova
mantua mantova
syracuse siracusa
lisbon lisboa
seville sevilla
saragossa zaragoza
gothenburg goteborg
copenhagen kobenhavn kopenhagen
hague haag gravenhage denhaag
brussel bruxelle
antwerp antwerpen anver
ghent gent gand
louvain leuven
prague praha praze prag
warsaw warszawa warszawie warschau warszawski warszawska
krakow cracow krakowie krakowski krakowska
wroclaw breslau wroclawiu
poznan poznaniu
gdansk gdanska
bucharest bucuresti
belgrade beograd beogradu
zagreb zagrebu
ljubljana ljubljani
bratislava bratislave
brno brne
vilniu vilniau vilnius vilniaus
kauna kaunas kauno
riga rigas
moscow moskva moskau moskovskiy
athen athina athinon athens
thessaloniki thessalonikis saloniki
nicosia lefkosia
helsinki helsingin helsingfor
turku turun abo
tampere tampereen
budapest budapesti
szeged szegedi
debrecen debreceni
pec pecsi pecs
masaryk masarykova
karlsruhe karlsruher
cairo kahira
algier algiers alger
daejeon daejon daejoen taejon
busan pusan
gyeongju kyungju
jerusalem yerushalayim
strasbourg strassburg
lyon lyons
marseille marseilles
"""

# Countries as names of bodies say them; ROR puts one in brackets behind a company.
_NATIONS = """
AE united arab emirates; AR argentina|argentine; AT austria|austrian; AU australia|australian
BD bangladesh; BE belgium|belgian; BG bulgaria|bulgarian; BR brazil|brazilian|brasil
CA canada|canadian; CH switzerland|swiss|schweiz|suisse; CL chile; CN china|chinese; CO colombia
CY cyprus; CZ czechia|czech republic|czech; DE germany|german|deutschland|deutsche
DK denmark|danish|danmark; DZ algeria; EE estonia|estonian; EG egypt|egyptian
ES spain|spanish|espana; FI finland|finnish; FR france|french; GB united kingdom|uk|british
GR greece|greek|hellas; HK hong kong|hongkong; HR croatia|croatian; HU hungary|hungarian
ID indonesia; IE ireland|irish; IL israel; IN india|indian; IR iran; IS iceland
IT italy|italian|italia; JP japan|japanese; KE kenya; KR south korea|korea|korean; KZ kazakhstan
LT lithuania; LU luxembourg; LV latvia; MA morocco; MO macao|macau; MX mexico; MY malaysia
NG nigeria; NL netherlands|dutch|nederland|nederlands; NO norway|norwegian|norge; NZ new zealand
PE peru; PH philippines; PK pakistan; PL poland|polish|polska; PT portugal|portuguese
RO romania|romanian; RS serbia|serbian; RU russia|russian; SA saudi arabia
SE sweden|swedish|sverige; SG singapore; SI slovenia|slovenian; SK slovakia|slovak
TH thailand|thai; TN tunisia; TR turkey|turkiye|turkish; TW taiwan|taiwanese
UA ukraine|ukrainian; US united states|usa|us|american; VN vietnam; ZA south africa
"""

# Chinese cities by their characters; a folded Latin spelling each. Others stay unknown.
_CITIES = """
北京 beijing 上海 shanghai 天津 tianjin 重庆 chongqing 香港 hongkong 澳门 macao 台北 taipei
新竹 hsinchu 台中 taichung 高雄 kaohsiung 台南 tainan 石家庄 shijiazhuang 保定 baoding
唐山 tangshan 秦皇岛 qinhuangdao 太原 taiyuan 大同 datong 呼和浩特 hohhot 包头 baotou
沈阳 shenyang 大连 dalian 鞍山 anshan 锦州 jinzhou 长春 changchun 吉林 jilin 四平 siping
哈尔滨 harbin 大庆 daqing 牡丹江 mudanjiang 南京 nanjing 苏州 suzhou 无锡 wuxi 常州 changzhou
徐州 xuzhou 镇江 zhenjiang 扬州 yangzhou 南通 nantong 杭州 hangzhou 宁波 ningbo 温州 wenzhou
绍兴 shaoxing 金华 jinhua 嘉兴 jiaxing 舟山 zhoushan 台州 taizhou 合肥 hefei 芜湖 wuhu
蚌埠 bengbu 淮南 huainan 淮北 huaibei 滁州 chuzhou 福州 fuzhou 厦门 xiamen 泉州 quanzhou
南昌 nanchang 赣州 ganzhou 济南 jinan 青岛 qingdao 烟台 yantai 威海 weihai 潍坊 weifang
泰安 taian 曲阜 qufu 郑州 zhengzhou 洛阳 luoyang 开封 kaifeng 新乡 xinxiang 焦作 jiaozuo
武汉 wuhan 宜昌 yichang 荆州 jingzhou 长沙 changsha 湘潭 xiangtan 株洲 zhuzhou 广州 guangzhou
深圳 shenzhen 珠海 zhuhai 佛山 foshan 东莞 dongguan 汕头 shantou 湛江 zhanjiang 南宁 nanning
桂林 guilin 海口 haikou 三亚 sanya 成都 chengdu 绵阳 mianyang 贵阳 guiyang 昆明 kunming
拉萨 lhasa 西安 xian 咸阳 xianyang 杨凌 yangling 兰州 lanzhou 西宁 xining 银川 yinchuan
乌鲁木齐 urumqi 石河子 shihezi 东京 tokyo 大阪 osaka 京都 kyoto 神户 kobe 神戸 kobe
横滨 yokohama 名古屋 nagoya 首尔 seoul 新加坡 singapore 伦敦 london 巴黎 paris 柏林 berlin
慕尼黑 munich 莫斯科 moscow 纽约 newyork Москва moscow
"""

PROVINCES = words(
    """
    anhui fujian gansu guangdong guangxi guizhou hainan hebei heilongjiang henan hubei hunan jiangsu
    jiangxi jilin liaoning ningxia qinghai shaanxi shandong shanxi sichuan tibet xinjiang yunnan
    zhejiang mongolia
    """
)
# Parts of a city that sources give in its place.
QUARTERS = {
    "beijing": words(
        """
    haidian chaoyang changping fengtai xicheng dongcheng shijingshan tongzhou shunyi daxing
    yizhuang fangshan huairou zhongguancun
    """
    ),
    "shanghai": words("pudong xuhui minhang yangpu jiading putuo"),
    "shenzhen": words("futian nanshan longgang"),
    "hongkong": words("kowloon pokfulam shatin hunghom"),
    "chongqing": words("beibei shapingba"),
    "nanjing": words("jiangning"),
}


def _nations() -> tuple[dict[str, str], dict[str, str]]:
    """Folded names of countries, and single words that say one: the code."""
    names: dict[str, str] = {}
    for entry in reduced(_NATIONS).replace("\n", ";").split(";"):
        if entry.strip():
            code, _, said = entry.strip().partition(" ")
            names.update(dict.fromkeys(said.split("|"), code))
    return names, {name: code for name, code in names.items() if " " not in name}


EXONYMS = one_for_all(_CALLED_ALSO)
NATIONS, NATION_WORDS = _nations()
_pairs = reduced(_CITIES).split()
CITIES = dict(zip(_pairs[::2], _pairs[1::2], strict=True))
