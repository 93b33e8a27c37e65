"""The plot of docs/performance.md: requests a second of each system."""

WIDTH, LEFT, RIGHT, ROW = 760, 190, 90, 24
GROUPS = [("one token", "Each request with the same token"), ("50,000 tokens", "Each request with a token that is not cached")]
LABELS = {"unprotected": "actix-web, no check", "approov-actix": "approov-actix"}
STYLE = """
  .p-page { fill: #ffffff } .p-text { fill: #1f2328 } .p-note { fill: #59636e } .p-ours { fill: #1a7f37 } .p-other { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    .p-page { fill: #0d1117 } .p-text { fill: #e6edf3 } .p-note { fill: #9198a1 } .p-ours { fill: #3fb950 } .p-other { fill: #6e7681 }
  }
"""


def draw(rates):
    title = headline(rates["one token"])
    height = 60 + sum(46 + ROW * len(rates[load]) for load, _ in GROUPS)
    most = max(rate for load, _ in GROUPS for rate in rates[load].values())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="sans-serif" '
        'font-size="13" role="img" aria-labelledby="performance-title">',
        f'<title id="performance-title">{title}</title>',
        f"<style>{STYLE}</style>",
        f'<rect class="p-page" width="{WIDTH}" height="{height}"/>',
        f'<text class="p-text" x="16" y="28" font-size="15" font-weight="bold">{title}</text>',
        '<text class="p-note" x="16" y="48">Requests a second that one core answers, 32 connections; longer is better</text>',
    ]
    top = 60
    for load, caption in GROUPS:
        lines.append(f'<text class="p-text" x="16" y="{top + 24}" font-weight="bold">{caption}</text>')
        top += 34
        for name, rate in rates[load].items():
            length = (WIDTH - LEFT - RIGHT) * rate / most
            kind = "p-ours" if name == "approov-actix" else "p-other"
            lines.append(f'<text class="p-text" x="{LEFT - 8}" y="{top + 14}" text-anchor="end">{LABELS.get(name, name)}</text>')
            lines.append(f'<rect class="{kind}" x="{LEFT}" y="{top}" width="{max(length, 1):.1f}" height="18"/>')
            lines.append(f'<text class="p-text" x="{LEFT + length + 6:.1f}" y="{top + 14}">{rate:,.0f}</text>')
            top += ROW
        top += 12
    return "\n".join(lines + ["</svg>", ""])


def headline(rates):
    """What is to be seen, in one sentence."""
    ours = rates["approov-actix"]
    sentence = f"With the check, one core serves {ours / rates['unprotected']:.0%} of the requests"
    return sentence + (f": {ours / rates['FastAPI']:.0f} times as many as FastAPI" if "FastAPI" in rates else "")
