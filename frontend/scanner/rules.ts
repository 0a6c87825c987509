/** What a gate says to a badge: the same rules as fairs/checkin/rules.py, with the same names and the same JSON, so that a device
 *  judges alike without a network. tests/data/gate-vectors.json says what both must answer. All times are of the fair's clock,
 *  written "YYYY-MM-DDTHH:MM:SS"; days "YYYY-MM-DD"; hours "HH:MM". */

export type Direction = 'in' | 'out';
export type DayKind = 'all' | 'fair' | 'build_up' | 'dismantling' | 'last_day';
export type Verdict =
  | 'welcome' | 'already_inside' | 'goodbye' | 'wrong_day' | 'fair_cancelled' | 'not_now' | 'not_here' | 'used' | 'full' | 'paused'
  | 'gate_closed' | 'replaced' | 'revoked' | 'other_fair' | 'unknown';

export interface Seen {
  known: boolean;
  signed?: boolean;
  other_fair?: boolean;
  category?: string | null;
  revoked_at?: string | null;
  replaced_at?: string | null;
  inside_since?: string | null;
  first_in_at?: string | null;
  last_out_at?: string | null;
  entries_today?: number;
}

export interface Rule {
  categories?: string[];
  days?: DayKind | string[];
  from?: string | null;
  to?: string | null;
  allow?: boolean;
  once?: boolean;
  staff_only?: boolean;
}

export interface ZoneFacts { code: string; capacity: number | null; warn_at: number; inside: number; paused: boolean }

export interface GateFacts {
  code: string;
  direction: 'in' | 'out' | 'both';
  is_open: boolean;
  zone: ZoneFacts | null;
  unknown_signed: 'admit' | 'refuse';
  rules: Rule[];
}

export interface FairFacts {
  fair_days: string[];
  build_up_days: string[];
  dismantling_days: string[];
  is_called_off: boolean;
  is_rehearsal?: boolean;
}

export interface Judgement {
  verdict: Verdict;
  reason_code: string;
  since: string | null;
  at: string | null;
  day: string | null;
  hours: string | null;
  warn_capacity: boolean;
}

/** Clocks of two devices never agree to the second. */
const CLOCKS_DIFFER = 120_000;
const STAFF = new Set(['exhibitor', 'coexhibitor', 'organiser', 'contractor', 'service']);
const ENTER_FULL = new Set(['organiser', 'service']);
const MIDNIGHT = 24 * 60;

const milliseconds = (moment: string): number => Date.parse(`${moment.slice(0, 19)}Z`);
const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
const hourOf = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const startOf = (rule: Rule): number | null => (rule.from == null ? null : minuteOf(rule.from));
const endOf = (rule: Rule): number | null => (rule.to == null ? null : minuteOf(rule.to));
const allows = (rule: Rule): boolean => rule.allow ?? true;

function hoursOf(rule: Rule): string | null {
  const starts = startOf(rule);
  const ends = endOf(rule);
  return starts === null && ends === null ? null : `${hourOf(starts ?? 0)}–${hourOf(ends ?? MIDNIGHT)}`;
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

/** Whether something happened by this moment, as far as clocks can tell. */
function by(then: string, moment: string): boolean {
  return milliseconds(then) - CLOCKS_DIFFER <= milliseconds(moment);
}

export function judge(seen: Seen, gate: GateFacts, fair: FairFacts, direction: Direction, moment: string): Judgement {
  const category = seen.category ?? null;
  const zone = gate.zone;
  const says = (verdict: Verdict, reason_code: string, facts: Partial<Judgement> = {}): Judgement =>
    ({ verdict, reason_code, since: null, at: null, day: null, hours: null, warn_capacity: false, ...facts });

  if (seen.other_fair) return says('other_fair', 'other_fair');
  if (!seen.known && !seen.signed) return says('unknown', 'unknown');
  if (seen.replaced_at != null && by(seen.replaced_at, moment)) return says('replaced', 'replaced', { at: seen.replaced_at });
  if (seen.revoked_at != null && by(seen.revoked_at, moment)) return says('revoked', 'revoked', { at: seen.revoked_at });
  if (direction === 'out') return says('goodbye', 'goodbye');
  if (!seen.known && gate.unknown_signed !== 'admit') return says('unknown', 'unheard');
  if (fair.is_called_off) return says('fair_cancelled', 'called_off');
  if (!gate.is_open) return says('gate_closed', 'gate_closed');
  if (gate.direction === 'out') return says('not_here', 'exit_only');
  const warn_capacity = zone !== null && zone.capacity !== null && zone.inside * 100 >= zone.capacity * zone.warn_at;
  if (zone !== null && !(category !== null && ENTER_FULL.has(category))) {
    if (zone.paused) return says('paused', 'paused', { warn_capacity });
    if (zone.capacity !== null && zone.inside >= zone.capacity) return says('full', 'full', { warn_capacity });
  }
  const rule = deciding(category, gate.rules, fair, moment);
  if (rule === null) return { ...says('not_here', 'category'), ...nearest(category, gate.rules, fair, moment), warn_capacity };
  if (!allows(rule)) return { ...says('not_here', 'barred'), ...barred(rule), warn_capacity };
  if (rule.once && seen.entries_today && (seen.first_in_at == null || by(seen.first_in_at, moment))) {
    return says('used', 'used', { since: seen.first_in_at ?? null, warn_capacity });
  }
  const since = seen.inside_since ?? null;
  const left = seen.last_out_at ?? null;
  if (since !== null && by(since, moment) && (left === null || milliseconds(left) < milliseconds(since))) {
    return says('already_inside', 'again', { since, warn_capacity });
  }
  return says('welcome', seen.known ? 'welcome' : 'unheard_welcome', { warn_capacity });
}

/** The days of a rule as dates. */
function daysOf(rule: Rule, fair: FairFacts): string[] {
  const days = rule.days ?? 'all';
  if (Array.isArray(days)) return days;
  if (days === 'fair') return fair.fair_days;
  if (days === 'build_up') return fair.build_up_days;
  if (days === 'dismantling') return fair.dismantling_days;
  if (days === 'last_day') return [...fair.fair_days].sort().slice(-1);
  return [...fair.fair_days, ...fair.build_up_days, ...fair.dismantling_days];
}

/** Whether a rule is for people of this category. A badge that is truly signed but not heard of yet has none: it gets the benefit
 *  of the doubt, except where only staff may pass. */
function speaksOf(rule: Rule, category: string | null): boolean {
  const categories = rule.categories ?? [];
  if (category === null) return !rule.staff_only && (allows(rule) || !categories.length);
  return (!categories.length || categories.includes(category)) && (!rule.staff_only || STAFF.has(category));
}

/** The first rule that speaks of this category, day and hour. Hours over midnight belong to the day on which they begin. */
function deciding(category: string | null, rules: Rule[], fair: FairFacts, moment: string): Rule | null {
  const today = moment.slice(0, 10);
  const minute = minuteOf(moment.slice(11));
  for (const rule of rules) {
    if (!speaksOf(rule, category)) continue;
    let day = today;
    if ((rule.from != null || rule.to != null) && !fair.is_rehearsal) {
      const starts = startOf(rule) ?? 0;
      const ends = endOf(rule) ?? MIDNIGHT;
      if (starts < ends) {
        if (minute < starts || minute >= ends) continue;
      } else if (minute < ends) day = dayBefore(today);
      else if (minute < starts) continue;
    }
    if (daysOf(rule, fair).includes(day)) return rule;
  }
  return null;
}

/** Why nobody of this category may enter now, by the rule that comes nearest: first the hour, then the day, then the category. */
function nearest(category: string | null, rules: Rule[], fair: FairFacts, moment: string): Partial<Judgement> {
  const today = moment.slice(0, 10);
  const minute = minuteOf(moment.slice(11));
  const mine = rules.filter((rule) => allows(rule) && speaksOf(rule, category));
  if (!mine.length) {
    return { verdict: 'not_here', reason_code: rules.some((rule) => allows(rule) && rule.staff_only) ? 'staff_only' : 'category' };
  }
  const start = (rule: Rule): number => startOf(rule) ?? 0;
  const [first, ...others] = mine.filter((rule) => daysOf(rule, fair).includes(today));
  if (first) {
    const ofToday = [first, ...others];
    const [soon, ...rest] = ofToday.filter((rule) => start(rule) > minute);
    if (soon) {
      const next = rest.reduce((best, rule) => (start(rule) < start(best) ? rule : best), soon);
      return { verdict: 'not_now', reason_code: 'hours_later', hours: hoursOf(next) };
    }
    const last = ofToday.reduce((best, rule) => (start(rule) > start(best) ? rule : best));
    return { verdict: 'not_now', reason_code: 'hours_over', hours: hoursOf(last) };
  }
  const later = mine.flatMap((rule) => daysOf(rule, fair)).filter((day) => day > today).sort();
  return later[0] === undefined
    ? { verdict: 'wrong_day', reason_code: 'day_over' }
    : { verdict: 'wrong_day', reason_code: 'day_later', day: later[0] };
}

/** A rule refuses: what of it, if it speaks of hours or days. */
function barred(rule: Rule): Partial<Judgement> {
  const hours = hoursOf(rule);
  if (hours !== null) return { verdict: 'not_now', reason_code: 'barred_hours', hours };
  return (rule.days ?? 'all') === 'all' ? { verdict: 'not_here', reason_code: 'barred' } : { verdict: 'wrong_day', reason_code: 'barred_day' };
}
