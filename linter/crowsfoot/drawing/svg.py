"""A drawing to an SVG that stands by itself, and the parts that the page is made of."""

from collections.abc import Iterable, Iterator
from html import escape
from pkgutil import get_data

from crowsfoot.drawing.boxes import HEAD, KEY, PAD, Box, Columns, Row, clipped, count_of, findings_room
from crowsfoot.drawing.colours import by_system
from crowsfoot.drawing.heat import level
from crowsfoot.drawing.model import Drawing, Node
from crowsfoot.drawing.scene import Scene, scene
from crowsfoot.finding import Severity

_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}

# Shapes, since colour alone tells too little: a key, a link, and a sign for each severity.
_SYMBOLS = (
    '<symbol id="rg-pk" viewBox="0 0 12 12">'
    '<path d="M8 1.2a2.8 2.8 0 1 0-2.6 3.9L1.2 9.3v1.6h1.9v-1.3h1.3V8.3h1.2l.8-.8'
    'A2.8 2.8 0 0 0 8 1.2zm.6 2a.9.9 0 1 1 0-1.8.9.9 0 0 1 0 1.8z"/></symbol>'
    '<symbol id="rg-fk" viewBox="0 0 12 12"><path d="M1 6h5M6 6l4-3.2M6 6h4.2M6 6l4 3.2"/></symbol>'
    '<symbol id="rg-error" viewBox="0 0 12 12"><circle cx="6" cy="6" r="5"/></symbol>'
    '<symbol id="rg-warning" viewBox="0 0 12 12"><path d="M6 .8 11.6 11H.4z"/></symbol>'
    '<symbol id="rg-note" viewBox="0 0 12 12">'
    '<rect x="1.4" y="1.4" width="9.2" height="9.2" rx="1.6"/></symbol>'
)


def render(drawing: Drawing, columns: Columns | None = None) -> str:
    """The drawing as a file of its own, in the colours that the reader's system prefers."""
    it = scene(drawing, columns)
    # Nobody can ask for a line between groups here; its row names the table.
    near = [n for n in range(len(drawing.edges)) if n not in it.far]
    width, height = round(it.width), round(it.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="relation-graph" role="img" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}"><title>Relation graph: {drawing}</title>'
        f"<style>{by_system()}{part_of('drawing.css')}</style>"
        f'<rect class="sheet" width="{width}" height="{height}"/>{symbols()}{parts(it, near)}</svg>\n'
    )


def symbols() -> str:
    return f"<defs>{_SYMBOLS}</defs>"


def parts(scene: Scene, edges: Iterable[int]) -> str:
    """What is drawn, from the back to the front: groups, the lines of those edges, tables."""
    return "".join(
        (
            # What groups and lines say is said at the tables too: these are for those who see them.
            '<g class="groups" aria-hidden="true">',
            *_groups(scene),
            '</g><g class="lines" aria-hidden="true">',
            *(_line(scene, it) for it in edges),
            '</g><g class="tables">',
            *(
                _table(n, node, scene.boxes[n], *scene.corners[n])
                for n, node in enumerate(scene.drawing.nodes)
            ),
            "</g>",
        )
    )


def part_of(name: str) -> str:
    """The text of a file that lies beside this module."""
    data = get_data(__package__ or "", name)
    assert data is not None
    return data.decode()


def _groups(scene: Scene) -> Iterator[str]:
    for it in scene.frames if len(scene.frames) > 1 else ():
        count = str(len(it.group.nodes))
        # As large as the strip above its tables lets it be; where it does not fit, first smaller, then cut.
        fits = (it.width - 32) / (0.66 * (len(it.group.title) + len(count) + 1))
        size = max(min(0.6 * scene.title, fits), 0.22 * scene.title, 13.0)
        most = max(int((it.width - 32) / (0.66 * size) + 0.01) - len(count) - 1, 4)
        yield (
            f'<g class="group" transform="translate({_n(it.x)} {_n(it.y)})">'
            f'<rect width="{_n(it.width)}" height="{_n(it.height)}" rx="10"/>'
            f'<text x="16" y="{_n(0.5 * scene.title + 0.36 * size)}" font-size="{_n(size)}">'
            f"{escape(clipped(it.group.title, most))}"
            f'<tspan class="count" dx="{_n(0.6 * size)}">{count}</tspan></text></g>'
        )


def _line(scene: Scene, n: int) -> str:
    edge = scene.drawing.edges[n]
    kinds = "line" + " far" * (n in scene.far) + " loose" * (not edge.enforced)
    words = scene.drawing.in_words(edge) + ("" if edge.enforced else " (the database does not enforce it)")
    path = scene.paths[n]
    if edge.enforced:
        return f'<path class="{kinds}" data-n="{n}" d="{path}"><title>{escape(words)}</title></path>'
    # Its ends are not dashed, or nobody could tell them apart. They are what follows the first stroke.
    cut = path.index("M", 1)
    return (
        f'<g class="{kinds}" data-n="{n}"><title>{escape(words)}</title>'
        f'<path d="{path[:cut]}"/><path class="ends" d="{path[cut:]}"/></g>'
    )


def _table(n: int, node: Node, box: Box, x: float, y: float) -> str:
    width, height = _n(box.width), _n(box.height)
    words = escape(summary(node))
    # A path, since only the upper corners of the head are round.
    right = _n(box.width - 6)
    head = (
        f"M0 {_n(HEAD)}V6Q0 0 6 0H{right}Q{width} 0 {width} 6V{_n(HEAD)}z"
        if box.rows
        else f"M6 0H{right}Q{width} 0 {width} 6V24Q{width} 30 {right} 30H6Q0 30 0 24V6Q0 0 6 0z"
    )
    return "".join(
        (
            f'<g class="{_classes(node)}" data-n="{n}" transform="translate({_n(x)} {_n(y)})">',
            f'<title>{words}</title><rect class="box" width="{width}" height="{height}" rx="6"/>',
            f'<path class="head" d="{head}"/>',
            f'<text class="name" x="{_n(PAD)}" y="20">{escape(box.title)}</text>',
            *_badges(node, box),
            *(_row(row, at, box) for at, row in enumerate(box.rows)),
            "</g>",
        )
    )


def _classes(node: Node) -> str:
    found = f" has-{_SEVERITIES[node.worst]}" if node.worst is not None else ""
    return f"table {node.kind}{found}" + f" hot-{level(node.queries, node.loops)}" * bool(node.asked)


def summary(node: Node) -> str:
    """The table in a sentence, for those who do not see it."""
    said = [f"{node.kind} {node.label}" + (f" ({node.name})" if node.name != node.label else "")]
    said.append(f"{len(node.fields)} column{'s' * (len(node.fields) != 1)}")
    if node.findings:
        said.append(f"{len(node.findings)} finding{'s' * (len(node.findings) != 1)}")
    if node.asked:
        loops = f", {node.loops} of them once per row" if node.loops else ""
        said.append(f"asked at {node.queries} place{'s' * (node.queries != 1)}{loops}")
    return ", ".join(said)


def _badges(node: Node, box: Box) -> Iterator[str]:
    x = box.width - 8
    if node.worst is not None:
        kind = _SEVERITIES[node.worst]
        yield (
            f'<g class="badge {kind}" transform="translate({_n(x)} 0)">'
            f'<use href="#rg-{kind}" x="-11" y="9.5" width="11" height="11"/>'
            f'<text x="-14" y="19.5">{count_of(node)}</text></g>'
        )
        x -= findings_room(node)
    if node.asked:
        hot = level(node.queries, node.loops)
        bars = "".join(
            f'<rect{" class=off" if n >= hot else ""} x="{_n(-17 + 3.6 * n)}" y="{_n(18 - 2 * n)}" '
            f'width="2.6" height="{_n(3 + 2 * n)}"/>'
            for n in range(5)
        ).replace("class=off", 'class="off"')
        yield f'<g class="heat" transform="translate({_n(x)} 0)">{bars}</g>'


def _row(row: Row, at: int, box: Box) -> str:
    y = box.y_of(at) + 4
    if row.field is None:
        return f'<text class="row more" x="{_n(KEY)}" y="{_n(y)}">{escape(row.name)}</text>'
    kind = "pk" if row.field.primary else "fk" if row.field.foreign else ""
    key = (
        f'<use href="#rg-{kind}" class="{kind}" x="7" y="{_n(y - 9.5)}" width="11" height="11"/>'
        if kind
        else ""
    )
    right = (
        f'<text class="row {"to" if row.away else "type"}" x="{_n(box.width - PAD)}" y="{_n(y)}">'
        f"{escape(row.right)}</text>"
    )
    classes = f"row {kind}".rstrip()
    return f'{key}<text class="{classes}" x="{_n(KEY)}" y="{_n(y)}">{escape(row.name)}</text>{right}'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
