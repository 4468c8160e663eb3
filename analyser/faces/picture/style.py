"""How a picture looks: colours, light or dark as the reader's screen is, and light on paper.

Kinds differ in form as well, for print in grey and for who sees colours otherwise: boxes in their corners and the width
of their edge, lines in their dashes, and what comes from the internet in an arrow that is not filled.
"""

STYLE = """
.architecture {
  --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #8c959f; --inner: #0550ae; --public: #bc4c00;
  --store: #1a7f37; --code: #8250df; --guard: #a40e26; --tier: #eff1f3;
  background: var(--paper); font: 12px system-ui, sans-serif;
}
@media screen and (prefers-color-scheme: dark) {
  .architecture {
    --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #656d76; --inner: #79c0ff; --public: #ffa657;
    --store: #56d364; --code: #d2a8ff; --guard: #ff7b72; --tier: #1b2129;
  }
}
.architecture rect { fill: var(--paper); stroke: var(--line); }
.architecture :is(.region, .edge) { stroke-dasharray: 6 4; }
.architecture rect.tier { stroke: none; fill: var(--tier); }
.architecture .data { --own: var(--store); }
.architecture .code { --own: var(--code); }
.architecture .entry { --own: var(--public); }
.architecture .guard { --own: var(--guard); }
.architecture .thing rect { stroke: var(--own, var(--line)); stroke-width: 1.6; }
.architecture .thing.code rect { rx: 0; }
.architecture .thing.data rect { rx: 12px; }
.architecture .thing.guard rect { stroke-width: 3; }
.architecture .icon { fill: none; stroke: var(--own, var(--soft)); stroke-width: 1.3; stroke-linejoin: round; }
.architecture text { fill: var(--ink); }
.architecture .name { font-size: 16px; font-weight: 600; }
.architecture .heading, .architecture .thing text { font-weight: 600; }
.architecture .note, .architecture .thing .note { fill: var(--soft); font-size: 11px; font-weight: 400; }
.architecture .flow { fill: none; stroke: var(--flow); stroke-width: 1.5; stroke-linejoin: round; }
.architecture .connection { --flow: var(--inner); }
.architecture .public { --flow: var(--public); }
.architecture .use { --flow: var(--code); stroke-dasharray: 10 3 2 3; }
.architecture .copy { --flow: var(--store); stroke-dasharray: 6 3; }
.architecture .check { --flow: var(--guard); stroke-dasharray: 2 3; }
.architecture .arrow { fill: var(--flow); stroke: none; stroke-dasharray: none; }
.architecture path.arrow.public { fill: var(--paper); stroke: var(--flow); stroke-width: 1.2; }
.architecture .on-way { stroke-width: 2.6; }
.architecture .number circle { fill: var(--ink); }
.architecture .number text { fill: var(--paper); font-size: 11px; font-weight: 600; text-anchor: middle; }
.architecture.chosen [data-from]:not(.lit) { opacity: .12; }
"""
