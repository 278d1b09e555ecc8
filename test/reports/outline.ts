/** The skeleton of a page as text: headings, panels, pictures with their titles and descriptions, tables with their heads. */

const landmarks =
  /<(section|article|header|nav|h1|h2|h3|title|desc|summary|caption|th|p class="(?:story|explanation|note|warning)")([^>]*)>([^<]*)/g;

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' };

/** The text of markup without further elements in it. */
export function decoded(text: string): string {
  return text.replace(/&(?:lt|gt|amp|quot);/g, (entity) => entities[entity] ?? entity);
}

export function outlineOf(html: string): string {
  const body = html.slice(html.indexOf('<body>'));
  const lines = [...body.matchAll(landmarks)].map(([, element = '', attributes = '', text = '']) => {
    const [, id] = / id="([^"]*)"/.exec(` ${attributes}`) ?? [];
    const name = element.replace(/ class="(.*)"/, '.$1');
    return `${name}${id === undefined ? '' : `#${id}`} ${decoded(text).trim()}`.trim();
  });
  // Titles of single bars and bands say where the seed put them: one of a kind is enough.
  const seen = new Set<string>();
  const kept = lines.filter((line) => {
    const kind = line.replace(/\d[\d,.]*/g, 'N');
    return (
      !line.startsWith('title') || line.includes('#') || (!seen.has(kind) && seen.add(kind) !== undefined)
    );
  });
  return `${kept.join('\n')}\n`;
}
