"""Draws the starter site's pictures as SVG, to be turned into JPEG by any browser: python3 tools/starter-art.py OUTDIR."""
import math
import random
import sys
from pathlib import Path

W, H = 1600, 1067
BODY = "M268 330C262 262 320 214 392 206C420 170 470 150 515 168C556 184 566 226 548 256C540 330 470 392 380 392C320 392 276 372 268 330Z"
WING = "M300 296C322 240 404 236 440 264C436 322 350 372 226 398C258 364 282 334 300 296Z"
TAIL = "M300 340L150 410L158 430L136 446L176 452L322 388Z"

BIRDS = {
    "siskin": dict(body="#b9c24a", belly="#e6dd6d", wing="#3c4230", bar="#f0e15a", cap="#23261f", beak="#8d8577", tail="#30352a", streaks="#5c6234", sky=("#dfeee6", "#f7f3dc"), hill="#a9c4a4", near="#6f9677"),
    "goldfinch": dict(body="#c79a6b", belly="#f2e6d2", wing="#1f1d1c", bar="#f3c62e", cap="#1f1d1c", face="#c8322b", cheek="#f6efe4", beak="#d9c3a5", tail="#23201f", sky=("#fbe9cf", "#f6f1e2"), hill="#d8bd8b", near="#a98a52"),
    "greenfinch": dict(body="#7d9440", belly="#a9b85a", wing="#59683a", bar="#f1d63d", beak="#d8b9a3", tail="#4b5833", sky=("#d5e6f1", "#eef3ea"), hill="#9dbfae", near="#5f8a70"),
    "chaffinch": dict(body="#c98d78", belly="#e6bfae", wing="#46392f", bar="#f5f0e6", cap="#6f8597", beak="#7f8d97", tail="#3c342e", sky=("#e9e3f1", "#f8eee7"), hill="#b9aec6", near="#84779b"),
    "bullfinch": dict(body="#cf5a4d", belly="#dd7466", wing="#2b2f38", bar="#dfe3e6", cap="#1c1f26", back="#8b97a3", beak="#1c1f26", tail="#1f232b", sky=("#e4edf3", "#fbfbf9"), hill="#c3d2dc", near="#93a9b8"),
}


def bird(c, x=0, y=0, scale=1.0, flip=False):
    parts = [f'<path d="{TAIL}" fill="{c["tail"]}"/>', f'<path d="{BODY}" fill="{c["body"]}"/>', '<g clip-path="url(#body)">']
    if "back" in c:
        parts.append(f'<path d="M230 340C270 200 400 180 470 200L440 270C380 250 300 300 270 390Z" fill="{c["back"]}"/>')
    parts.append(f'<ellipse cx="452" cy="352" rx="124" ry="84" fill="{c["belly"]}"/>')
    if "cheek" in c:
        parts.append(f'<ellipse cx="492" cy="220" rx="44" ry="50" fill="{c["cheek"]}"/>')
    if "cap" in c:
        parts.append(f'<ellipse cx="498" cy="158" rx="66" ry="42" fill="{c["cap"]}"/>')
        if "cheek" in c:
            parts.append(f'<path d="M440 150C424 190 430 236 452 262C446 226 452 190 474 168Z" fill="{c["cap"]}"/>')
    if "face" in c:
        parts.append(f'<path d="M512 168C500 196 506 236 524 256L580 250L574 180Z" fill="{c["face"]}"/>')
    if "streaks" in c:
        parts += [f'<path d="M{350 + 26 * i} {352 + (i % 3) * 10}q-4 14 2 26" stroke="{c["streaks"]}" stroke-width="6" fill="none" stroke-linecap="round"/>' for i in range(6)]
    parts.append("</g>")
    parts.append(f'<path d="{WING}" fill="{c["wing"]}"/><g clip-path="url(#wing)">')
    parts.append(f'<path d="M404 236C392 280 372 308 338 336" stroke="{c["bar"]}" stroke-width="17" fill="none"/>')
    parts.append(f'<path d="M352 236C344 276 330 300 296 330" stroke="{c["bar"]}" stroke-width="9" fill="none" opacity=".75"/>')
    parts += [f'<path d="M{300 - 14 * i} {336 + 12 * i}L{262 - 12 * i} {384 + 6 * i}" stroke="#fff" stroke-opacity=".22" stroke-width="4"/>' for i in range(5)]
    parts.append("</g>")
    parts.append(f'<path d="M552 204C574 208 592 218 602 229C588 236 570 242 550 243C556 230 556 216 552 204Z" fill="{c["beak"]}"/><path d="M553 226L596 229" stroke="#0003" stroke-width="2.5"/>')
    parts.append('<circle cx="521" cy="207" r="11" fill="#14120f"/><circle cx="525" cy="203" r="3.4" fill="#fff"/>')
    parts.append('<g stroke="#6b5646" stroke-width="8" stroke-linecap="round" fill="none"><path d="M394 388L402 434"/><path d="M430 384L442 432"/></g>')
    direction = f"translate({x + 740 * scale},{y}) scale({-scale},{scale})" if flip else f"translate({x},{y}) scale({scale})"
    return f'<g transform="{direction}">{"".join(parts)}</g>'


def ridge(rng, base, height, colour, steps=7):
    points = [(W * i / steps, base + rng.uniform(-height, height)) for i in range(steps + 1)]
    d = f"M0 {H}L0 {points[0][1]:.0f}"
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        d += f"C{x0 + 90:.0f} {y0:.0f} {x1 - 90:.0f} {y1:.0f} {x1:.0f} {y1:.0f}"
    return f'<path d="{d}L{W} {H}Z" fill="{colour}"/>'


def alder(rng, x, base, size, trunk, leaf):
    out = [f'<path d="M{x} {base}C{x - 6} {base - size * .4:.0f} {x + 8} {base - size * .7:.0f} {x} {base - size:.0f}" stroke="{trunk}" stroke-width="{size / 22:.0f}" fill="none" stroke-linecap="round"/>']
    for _ in range(34):
        angle, reach = rng.uniform(0, math.tau), rng.uniform(0, 1) ** .6
        cx, cy = x + math.cos(angle) * reach * size * .3, base - size * .68 + math.sin(angle) * reach * size * .42
        out.append(f'<circle cx="{cx:.0f}" cy="{cy:.0f}" r="{rng.uniform(.05, .1) * size:.0f}" fill="{leaf}" opacity="{rng.uniform(.55, .95):.2f}"/>')
    return "".join(out)


def frame(sky, body, defs=""):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} {H}" width="{W}" height="{H}"><defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="{sky[0]}"/><stop offset="1" stop-color="{sky[1]}"/></linearGradient>'
            f'<clipPath id="body"><path d="{BODY}"/></clipPath><clipPath id="wing"><path d="{WING}"/></clipPath>{defs}</defs><rect width="{W}" height="{H}" fill="url(#sky)"/>{body}</svg>')


def branch(y, colour="#6a4f3c"):
    cones = "".join(f'<g transform="translate({x},{y + dy})"><path d="M0 0q4 20 0 34" stroke="{colour}" stroke-width="6" fill="none"/><ellipse cx="0" cy="54" rx="17" ry="23" fill="#4d382b"/><path d="M-14 46h28M-16 56h32M-13 66h26" stroke="#7b5f49" stroke-width="4"/></g>' for x, dy in ((180, 42), (300, 26), (1190, 4), (1330, 10)))
    leaves = "".join(f'<ellipse cx="{x}" cy="{y + dy}" rx="64" ry="38" transform="rotate({r} {x} {y + dy})" fill="#5d8457"/>' for x, dy, r in ((90, -22, -24), (1420, -40, 20), (1250, -44, -30), (250, -34, 18)))
    return f'{leaves}<path d="M-20 {y + 50}C300 {y + 24} 800 {y - 6} 1640 {y + 6}" stroke="{colour}" stroke-width="30" fill="none"/><path d="M1080 {y}C1180 {y - 40} 1260 {y - 50} 1420 {y - 56}" stroke="{colour}" stroke-width="15" fill="none"/>{cones}'


def portrait(name):
    rng = random.Random(name)
    c = BIRDS[name]
    sun = f'<circle cx="{rng.choice((320, 1260))}" cy="250" r="120" fill="#fff" opacity=".55"/>'
    ground = ridge(rng, 720, 60, c["hill"]) + ridge(rng, 880, 50, c["near"])
    return frame(c["sky"], sun + ground + branch(888) + bird(c, 150, -80, 2.18, name in ("greenfinch", "bullfinch")))


def brook():
    rng = random.Random("brook")
    far = ridge(rng, 520, 40, "#b4cfc0") + ridge(rng, 600, 36, "#8fb59e")
    trees = "".join(alder(rng, x, 690 + rng.uniform(-20, 30), rng.uniform(300, 430), "#4a3d33", rng.choice(("#4f7f5c", "#5d8d62", "#3f6f54"))) for x in (110, 290, 430, 1130, 1290, 1480))
    meadow = ridge(rng, 700, 24, "#6fa071")
    water = '<path d="M820 690C760 760 980 820 860 900C780 960 640 1000 560 1080L1290 1080C1240 980 1160 930 1120 880C1060 800 880 770 890 690Z" fill="#a8d3dc"/><path d="M880 760q60 14 110 0M830 900q110 20 210 0M760 990q170 26 330 0" stroke="#fff" stroke-opacity=".7" stroke-width="7" fill="none" stroke-linecap="round"/>'
    small = bird(BIRDS["siskin"], 200, 560, .52) + bird(BIRDS["goldfinch"], 1230, 600, .5, True)
    reeds = "".join(f'<path d="M{x} 1080q{rng.uniform(-30, 30):.0f} -120 {rng.uniform(-40, 40):.0f} -{rng.uniform(140, 240):.0f}" stroke="#3f6a4a" stroke-width="7" fill="none" stroke-linecap="round"/>' for x in list(range(20, 480, 34)) + list(range(1310, 1600, 34)))
    return frame(("#cfe6ee", "#f6f2df"), '<circle cx="1180" cy="220" r="110" fill="#fff6d6"/>' + far + trees + meadow + water + reeds + small)


def feeder():
    rng = random.Random("feeder")
    snow = "".join(f'<circle cx="{rng.uniform(0, W):.0f}" cy="{rng.uniform(0, H):.0f}" r="{rng.uniform(3, 9):.0f}" fill="#fff" opacity="{rng.uniform(.5, 1):.2f}"/>' for _ in range(170))
    house = '<g><path d="M780 150v130" stroke="#59606a" stroke-width="8"/><path d="M560 420L780 270L1000 420Z" fill="#8b4a3c"/><path d="M540 424L780 262L1020 424L1000 440L780 292L560 440Z" fill="#fff"/><rect x="640" y="430" width="280" height="200" fill="#e9d9b8"/><rect x="668" y="452" width="224" height="150" rx="10" fill="#c39b5f"/><path d="M470 626h620v34H470z" fill="#6d4a36"/></g>'
    birds = bird(BIRDS["bullfinch"], 276, 360, .62) + bird(BIRDS["greenfinch"], 830, 368, .6, True)
    return frame(("#cddbe6", "#f4f6f6"), ridge(rng, 700, 40, "#dfe8ee") + ridge(rng, 850, 40, "#f6f9fa") + '<path d="M780 660v420" stroke="#6d4a36" stroke-width="30"/>' + house + birds + snow)


def hide():
    rng = random.Random("hide")
    trees = "".join(alder(rng, x, 760, rng.uniform(380, 520), "#41362e", rng.choice(("#c98f3e", "#b9752f", "#d7a94c"))) for x in (120, 330, 1270, 1490))
    hut = '<g><rect x="560" y="520" width="520" height="260" fill="#7a5a43"/><path d="M520 530L820 400L1120 530Z" fill="#4c382c"/><rect x="620" y="600" width="400" height="58" fill="#2d231d"/><path d="M560 700h520M560 740h520" stroke="#5f4534" stroke-width="6"/><rect x="940" y="680" width="80" height="100" fill="#4c382c"/><path d="M600 780v70M1040 780v70" stroke="#4c382c" stroke-width="20"/></g>'
    sheet = '<rect y="840" width="1600" height="240" fill="#9fc3cc"/><path d="M120 900h340M700 940h420M300 1000h500M1180 900h260" stroke="#fff" stroke-opacity=".6" stroke-width="7" stroke-linecap="round"/>'
    return frame(("#f3dcc0", "#f9f0df"), ridge(rng, 640, 40, "#d9b98a") + trees + ridge(rng, 770, 14, "#b08d55") + hut + sheet)


def dawn():
    rng = random.Random("dawn")
    flock = "".join(f'<path d="M{x} {y}q18 -22 36 0q18 -22 36 0" stroke="#3a3350" stroke-width="7" fill="none" stroke-linecap="round" transform="scale({s}) "/>' for x, y, s in ((500, 240, 1), (620, 190, 1.05), (720, 260, .95), (840, 210, 1), (930, 290, .9), (1010, 230, 1.1), (660, 330, .9)))
    trees = "".join(alder(rng, x, 860, rng.uniform(300, 460), "#2c2640", rng.choice(("#4a3f63", "#3d3457"))) for x in (90, 240, 420, 1180, 1350, 1520))
    return frame(("#8d8fc0", "#fbd5b0"), '<circle cx="800" cy="700" r="170" fill="#ffeec9"/>' + ridge(rng, 690, 30, "#a98fae") + trees + ridge(rng, 870, 20, "#40375a") + flock)


def person(skin, hair, coat, scarf, long=False):
    back = f'<path d="M520 420C480 700 560 820 620 840H980C1040 820 1120 700 1080 420Z" fill="{hair}"/>' if long else ""
    return frame(("#dce9e2", "#f5f0df"), f'{back}<path d="M340 1080C360 860 560 800 800 800C1040 800 1240 860 1260 1080Z" fill="{coat}"/><rect x="710" y="680" width="180" height="170" fill="{skin}"/><ellipse cx="800" cy="500" rx="230" ry="270" fill="{skin}"/><path d="M560 500C540 300 660 200 800 200C940 200 1060 300 1040 500C1010 400 940 350 800 350C660 350 590 400 560 500Z" fill="{hair}"/><circle cx="715" cy="510" r="22" fill="#241d18"/><circle cx="885" cy="510" r="22" fill="#241d18"/><path d="M720 630q80 60 160 0" stroke="#241d18" stroke-width="14" fill="none" stroke-linecap="round"/><path d="M600 800q200 110 400 0l20 70q-220 110 -440 0z" fill="{scarf}"/>')


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    pictures = {name: portrait(name) for name in BIRDS}
    pictures |= {"brook": brook(), "feeder": feeder(), "hide": hide(), "dawn": dawn()}
    pictures |= {
        "ida": person("#e6b893", "#5a3a28", "#3f6a4a", "#e0b83e", True),
        "jonas": person("#c98f66", "#2b2320", "#38506b", "#c8322b"),
        "mara": person("#f0cfb4", "#b9b4ad", "#7a4f6d", "#8fb59e", True),
    }
    for name, picture in pictures.items():
        (out / f"{name}.svg").write_text(picture)


main(Path(sys.argv[1]))
