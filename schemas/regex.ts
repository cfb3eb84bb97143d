/** Longest pattern accepted, in characters. */
const maxLength = 1_000;

interface Group {
  /** Holds `*`, `+`, `{n,}` at any depth. */
  hasUnbounded: boolean;
  /** First character of each branch; '' when it is not a plain character. */
  readonly starts: string[];
  isAtStart: boolean;
}

const openGroup = (): Group => ({ hasUnbounded: false, starts: [], isAtStart: true });

/**
 * Says what is wrong with a user's regular expression, or null when it is fine. JavaScript matches by backtracking, so
 * what can take exponential time (a repeat inside a repeat, branches of a repeat that begin alike) is refused here, and
 * so is what a linear engine cannot do: look-around and back-references.
 */
export function checkRegex(pattern: string): string | null {
  if (pattern.length > maxLength) return `longer than ${maxLength} characters: split it`;
  // Escaped characters and classes hold no groups.
  if (/\(\?<?[=!]/.test(pattern.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]/g, ''))) {
    return 'look-around is not supported: state it as a second, negative matcher';
  }
  if (/(?:^|[^\\])(?:\\\\)*\\(?:[1-9]|k<)/.test(pattern))
    return 'back-references are not supported: spell the text out';
  try {
    new RegExp(pattern);
  } catch (error) {
    return `not a regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
  return findExplosion(pattern);
}

/** Walks the pattern once, with a stack of open groups. */
function findExplosion(pattern: string): string | null {
  const stack = [openGroup()];
  for (let at = 0; at < pattern.length; ) {
    const group = stack.at(-1) ?? openGroup();
    const char = pattern.charAt(at);
    if (char === '(') {
      noteStart(group, '');
      stack.push(openGroup());
      at += /^\((?:\?(?:<[^>]*>|[a-z-]*:))?/.exec(pattern.slice(at))?.[0].length ?? 1;
      continue;
    }
    if (char === '|') {
      group.isAtStart = true;
      at += 1;
      continue;
    }
    const length = char === ')' ? 1 : atomLength(pattern, at);
    const repeat = readRepeat(pattern, at + length);
    const inner = char === ')' ? stack.pop() : undefined;
    const outer = stack.at(-1) ?? openGroup();
    if (inner === undefined)
      noteStart(outer, length === 1 && char !== '.' && repeat.length === 0 ? char : '');
    else if (repeat.isUnbounded && inner.hasUnbounded)
      return 'a repeat inside a repeat can take forever: unnest it';
    else if (repeat.isUnbounded && branchesBeginAlike(inner)) {
      return 'branches of a repeated group may begin alike, which can take forever: factor out what they share';
    }
    outer.hasUnbounded ||= repeat.isUnbounded || inner?.hasUnbounded === true;
    at += length + repeat.length;
  }
  return null;
}

function noteStart(group: Group, start: string): void {
  if (group.isAtStart) group.starts.push(start);
  group.isAtStart = false;
}

function branchesBeginAlike({ starts }: Group): boolean {
  return starts.length > 1 && (starts.includes('') || new Set(starts).size < starts.length);
}

/** Length of a character, an escape or a class. */
function atomLength(pattern: string, at: number): number {
  const rest = pattern.slice(at);
  const atom = /^(?:\\(?:u\{[^}]*\}|[pP]\{[^}]*\}|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\])/.exec(rest);
  return atom?.[0].length ?? 1;
}

function readRepeat(pattern: string, at: number): { readonly length: number; readonly isUnbounded: boolean } {
  const found = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(pattern.slice(at))?.[0] ?? '';
  return { length: found.length, isUnbounded: /^(?:[*+]|\{\d+,\})/.test(found) };
}
