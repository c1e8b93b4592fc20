// Loaded before the program: its clock is moved by MOVED_CLOCK, in minutes.
const moved = Number(process.env.MOVED_CLOCK ?? 0) * 60_000
const RealDate = Date

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [RealDate.now() + moved] : parts))
  }

  static now() {
    return RealDate.now() + moved
  }
}
