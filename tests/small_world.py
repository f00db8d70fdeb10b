"""A small world to ask: sixty partners abroad, six Beijing bodies, some history; how to ask it."""

from __future__ import annotations

import random
from datetime import date

from registry_factory import ARegistry, a_cooperation, a_profile, an_organisation

from matcher.matching.pairing import Answer
from matcher.matching.pipeline import Reasons
from matcher.organisation import Side, SourceKey
from matcher.service import Matcher, Wish

TODAY = date(2026, 11, 1)
QUESTION = "membranes for carbon dioxide capture from flue gas"
TEXTS = (
    "Polymer membranes that separate carbon dioxide from flue gas of cement plants",
    "Hollow fibre contactors and amine sorbents for capturing CO2 in steel works",
    "用于烟气二氧化碳捕集的中空纤维膜组件与吸收剂",
    "钙钛矿太阳能电池的原子层沉积封装工艺",
    "Perovskite solar modules sealed with atomic layer deposition barriers",
    "Gene therapy vectors for inherited diseases of the retina",
    "Deep learning for the detection of lung nodules in computed tomography",
    "Autonomous driving perception with lidar and camera fusion",
    "Lithium metal anodes with solid sulphide electrolytes",
    "High-temperature heat pumps recovering waste heat in paper mills",
    "Satellite remote sensing of soil moisture for irrigation",
    "Silicon carbide power modules for traction inverters",
)
COUNTRIES = ("DE", "GB", "FR", "US", "JP", "KR", "IT", "CH", "HK", "TW")


def a_world(seed: int = 7, partners: int = 60) -> ARegistry:
    """Bodies and partners with one to three profiles each, some history, one consortium text."""
    rng = random.Random(seed)
    world = ARegistry()
    for number in range(partners):
        who = an_organisation(f"partner-{number}", country=rng.choice(COUNTRIES))
        world.made.append(who)
        for part in range(rng.randint(1, 3)):
            text = f"{rng.choice(TEXTS)} ({rng.randint(1, 40)} kW)"
            sectors = (rng.choice(("environment", "materials", "health")),)
            world.with_profiles.append(a_profile(who, text, key=str(part), sectors=sectors))
        shared = SourceKey("made", "consortium")
        if number % 3 == 0:
            world.with_profiles.append(
                a_profile(who, TEXTS[0], key="c", source=shared, participants=20)
            )
    for number in range(6):
        body = an_organisation(f"body-{number}", country="CN")
        world.made.append(body)
        world.with_profiles.append(a_profile(body, TEXTS[number]))
    for number in range(20):
        abroad = rng.choice([o for o in world.made if o.side is Side.FOREIGN])
        beijing = rng.choice([o for o in world.made if o.side is Side.BEIJING])
        start = date(2010 + number % 10, 1, 1)
        world.with_cooperations.append(a_cooperation(f"coop-{number}", beijing, abroad, start))
    return world


def ask(matcher: Matcher, text: str = QUESTION, reasons: Reasons = Reasons.ALL, **wish: object
        ) -> Answer:  # fmt: skip
    return matcher.match(Wish(text=text, **wish), reasons, TODAY)  # type: ignore[arg-type]


def essence(answer: Answer) -> list[tuple[str, float]]:
    return [(p.id, p.score) for p in answer.pairings]
