/** The page's style sheet. System fonts, two themes, readable in print and with forced colours. */
import { customProperties, dark, light } from './palette.ts';

export const style = `
:root{color-scheme:light dark;${customProperties(light)}}
@media (prefers-color-scheme:dark){:root{${customProperties(dark)}}}
@media print{:root{${customProperties(light)}}}
*{box-sizing:border-box}
html{scroll-padding-top:3.2rem}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main{max-width:1220px;margin:0 auto;padding:0 16px 48px}
h1{font-size:1.9rem;line-height:1.2;margin:0;letter-spacing:-.01em}
h1::first-letter{text-transform:uppercase}
h2{font-size:1.25rem;margin:0 0 .6rem}
h3{font-size:1.05rem;margin:1.4rem 0 .4rem}
h4{font-size:.95rem;margin:1rem 0 .2rem}
p{margin:.4rem 0}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
code,.steps td,.bar-label,.step{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
section,header.verdict{background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin-top:18px}
.note{color:var(--muted);font-size:.9rem}
.warning{border-left:4px solid var(--undecided);padding:.3rem .7rem;background:var(--ground)}
.scroll{overflow-x:auto}
.definitions{position:absolute}

nav{position:sticky;top:0;z-index:2;display:flex;gap:4px 18px;align-items:center;overflow-x:auto;white-space:nowrap;padding:8px max(16px,calc((100vw - 1188px)/2));background:var(--panel);border-bottom:1px solid var(--line);font-size:.9rem}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
.nav-verdict{display:inline-flex;gap:7px;align-items:center;font-weight:650;margin-right:auto}
.nav-verdict::first-letter{text-transform:uppercase}
.nav-verdict.valid,.badge.valid,.good{color:var(--good)}
.nav-verdict.invalid,.badge.invalid{color:var(--bad)}
.nav-verdict.undecided,.badge.undecided,.attention{color:var(--undecided)}

header.verdict{border-top:6px solid var(--muted)}
header.valid{border-top-color:var(--good)}
header.invalid{border-top-color:var(--bad)}
header.undecided{border-top-color:var(--undecided)}
.verdict-head{display:flex;gap:18px;align-items:flex-start}
.verdict-head svg{flex:none}
.valid h1{color:var(--good)}
.invalid h1{color:var(--bad)}
.undecided h1{color:var(--undecided)}
.story{font-size:1.05rem;margin:.35rem 0 0;overflow-wrap:anywhere;max-width:75ch}
.icon-ground{fill:var(--muted)}
.icon.valid .icon-ground{fill:var(--good)}
.icon.invalid .icon-ground{fill:var(--bad)}
.icon.undecided .icon-ground{fill:var(--undecided)}
.icon-line{fill:none;stroke:var(--on-verdict);stroke-width:3.4;stroke-linecap:round;stroke-linejoin:round}
.facts{display:flex;flex-wrap:wrap;gap:8px 30px;margin:18px 0 14px}
.facts dt,.guarantees dt{color:var(--muted);font-size:.8rem}
.facts dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.facts small{font-weight:400;color:var(--muted)}
.outcomes>svg{display:block;width:100%;height:12px;border-radius:3px}
.outcomes ul{list-style:none;display:flex;flex-wrap:wrap;gap:2px 22px;margin:6px 0 0;padding:0;font-size:.92rem}
.outcomes li svg{vertical-align:-2px;margin-right:5px}
.outcomes small{color:var(--muted)}
.repro{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;margin-top:14px;padding:9px 12px;background:var(--ground);border:1px solid var(--line);border-radius:7px}
.repro span{color:var(--muted);font-size:.85rem}
.repro code{flex:1 1 20rem;overflow-wrap:anywhere;user-select:all}
button{font:inherit;font-size:.85rem;color:var(--ink);background:var(--panel);border:1px solid var(--muted);border-radius:6px;padding:3px 12px;cursor:pointer}

.violation{border-top:1px solid var(--line);margin-top:14px;padding-top:2px}
.violation>summary{color:inherit;padding-top:10px}
.violation h3{display:inline;font-size:1.1rem;overflow-wrap:anywhere}
.violation h3 b{color:var(--bad)}
article{scroll-margin-top:7rem}
.explanation::first-letter{text-transform:uppercase}
.violation-number{display:inline-grid;place-items:center;min-width:1.6em;height:1.6em;padding:0 .3em;border-radius:1em;background:var(--bad);color:var(--on-verdict);font-size:.9em}
.explanation{max-width:85ch;overflow-wrap:anywhere}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:14px 32px;align-items:start}
.columns>*{min-width:0}

table{border-collapse:collapse;font-size:.9rem;width:100%;margin-top:.4rem}
caption{text-align:left;font-weight:650;padding-bottom:4px}
th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
thead th{color:var(--muted);font-weight:600;font-size:.82rem;border-top:0;white-space:nowrap}
tbody th{font-weight:600;min-width:8.5rem}
#environment th{width:11rem;font-weight:500;color:var(--muted)}
.figures td{font-variant-numeric:tabular-nums}
td p{margin:.2rem 0}
.reason{color:var(--undecided)}
.impossible td{color:var(--bad);font-weight:650;border-top:2px solid var(--bad)}
tr.offending td{font-weight:600}
.badge{display:inline-flex;gap:6px;align-items:center;font-weight:650;white-space:nowrap}
.stats{list-style:none;display:flex;flex-wrap:wrap;gap:2px 18px;margin:0;padding:0}
.guarantees{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:10px 24px;margin:0 0 14px}
.guarantees dd{margin:0;font-weight:600}
.levels{list-style:none;display:flex;flex-wrap:wrap;gap:6px 8px;margin:0 0 14px;padding:0}
.level{border:1px solid var(--line);border-radius:6px;padding:1px 9px;font-weight:600;font-size:.9rem}
.level small{font-weight:400;color:var(--muted)}
.level.valid{color:var(--good)}
.level.invalid{color:var(--bad)}
.level.undecided{color:var(--undecided)}
.guide{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:12px 32px;margin:0}
.guide dt{font-weight:650}
.guide dd{margin:0;color:var(--muted)}
details{margin-top:.7rem}
summary{cursor:pointer;color:var(--link)}
.swatch{vertical-align:-2px}

.stack{position:relative;min-width:900px;user-select:none}
.plot,.lanes{display:block;font-size:12.5px;font-variant-numeric:tabular-nums}
.plot{width:100%;height:auto}
.stack .plot{cursor:crosshair}
.lanes{margin:6px 0;height:auto;min-width:100%}
.plot text,.lanes text{fill:var(--ink)}
.plot-title{font-weight:650}
.plot .tick,.lanes .tick{fill:var(--muted)}
.plot-ground{fill:var(--panel)}
.plot-edge{fill:none;stroke:var(--line)}
.grid{stroke:var(--grid)}
.tick-mark{stroke:var(--muted)}
.band-label{font-size:11.5px;paint-order:stroke;stroke:var(--panel);stroke-width:4px;stroke-linejoin:round;pointer-events:none}
.hidden{display:none}
.violation-line{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 3;fill:none;vector-effect:non-scaling-stroke}
.heal-line{stroke:var(--muted);stroke-width:1;stroke-dasharray:2 3;fill:none;vector-effect:non-scaling-stroke}
.violation-mark path{fill:var(--bad)}
.plot .violation-mark text{fill:var(--on-verdict);font-weight:700;font-size:12px}
.mark{fill:none}
.mark.ok{stroke:var(--ok);stroke-width:3.6;stroke-linecap:round;opacity:.65}
.mark.ok.sample{stroke-width:6;opacity:1}
.mark.fail{stroke:var(--fail);stroke-width:1.4}
.mark.info{fill:var(--info)}
.mark.open{stroke:var(--info);stroke-width:1.4}
.bars.ok{fill:var(--ok)}
.bars.fail{fill:url(#hatch-fail);stroke:var(--fail)}
.bars.info{fill:url(#hatch-info);stroke:var(--info)}
.hatch-fail{stroke:var(--fail);stroke-width:1.5}
.hatch-info{stroke:var(--info);stroke-width:3}
.hatch-ground{fill:var(--panel)}
.quantile{fill:none;stroke:var(--ok);stroke-width:2;stroke-linecap:round}
.quantile.p95{stroke-dasharray:7 3}
.quantile.p99{stroke-dasharray:2 3;stroke-width:2.4}
.quantile.max{stroke:var(--muted);stroke-width:1}
.scatter{position:relative}
.scatter canvas{position:absolute;cursor:crosshair}
.scripted .marks,.scripted .static-only{display:none}
.tip{position:absolute;z-index:1;pointer-events:none;background:var(--panel);border:1px solid var(--muted);border-radius:6px;padding:5px 9px;font-size:.82rem;max-width:250px;overflow-wrap:anywhere;box-shadow:0 2px 8px #0003}
.brush{position:absolute;top:0;bottom:0;background:var(--link);opacity:.18;pointer-events:none}

.lane-line{stroke:var(--line)}
.bar-body{fill:var(--grid);stroke:var(--ok);stroke-width:1.3}
.bar.info .bar-body,.bar.open .bar-body{stroke:var(--info);stroke-dasharray:5 3}
.bar.fail .bar-body{stroke:var(--fail);stroke-dasharray:1.5 3}
.bar-open{stroke:var(--info);stroke-width:2;stroke-dasharray:3 6;fill:none}
.bar.offending .bar-body{stroke:var(--bad);stroke-width:2.4}
.bar.culprit .bar-body{fill:var(--bad);stroke:var(--bad);stroke-dasharray:none}
.bar-label{font-size:11.7px}
.lanes .bar.offending .bar-label{font-weight:700}
.lanes .bar.culprit .bar-label{fill:var(--bad)}
.lanes .bar-node{fill:var(--muted);font-size:10.5px;font-weight:400}
.legal-path{fill:none;stroke:var(--good);stroke-width:1.2;opacity:.4}
.legal-order circle{fill:var(--good);stroke:var(--panel);stroke-width:1.2}
.lanes .step{font-size:10.5px;fill:var(--good)}
.step-number{font-weight:700}

@media (max-width:640px){main{padding:0 8px 32px}section,header.verdict{padding:14px 12px;border-radius:0;margin-left:-8px;margin-right:-8px}h1{font-size:1.45rem}.verdict-head svg{width:38px;height:38px}}
@media print{nav,button,.zoom-note,.tip{display:none}section,header.verdict{break-inside:avoid-page;border:0;padding:8px 0}.stack,.lanes{min-width:0;max-width:100%}.scroll{overflow:visible}.scripted .marks{display:inline}.scripted .static-only{display:block}.scatter canvas{display:none}}
@media (forced-colors:active){.icon-ground,.mark,.bars,.heal-line{stroke:var(--muted);stroke-width:1;stroke-dasharray:2 3;fill:none;vector-effect:non-scaling-stroke}
.violation-mark path,.bar.culprit .bar-body{forced-color-adjust:none}}
`;
