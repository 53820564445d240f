// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A set of half hours between 09:00 and 17:00 on Monday to Thursday: sixteen bits a day.
public struct CalendarTimes: Sendable, Codable, Hashable {
  public static let days = ["Monday", "Tuesday", "Wednesday", "Thursday"]
  static let slots = 16

  public private(set) var bits: UInt64

  public init(bits: UInt64 = 0) { self.bits = bits }

  /// Half hours `from ..< to` of a day.
  public init(day: Int, from: Int, to: Int) {
    let width = max(0, min(to, Self.slots) - max(0, from))
    bits = width == 0 ? 0 : ((1 << UInt64(width)) - 1) << UInt64(Self.slots * day + max(0, from))
  }

  /// The first so many days.
  public static func whole(_ days: Int) -> CalendarTimes {
    CalendarTimes(bits: days >= 4 ? .max : (1 << UInt64(slots * max(0, days))) - 1)
  }

  public var isEmpty: Bool { bits == 0 }
  /// These but for the other's.
  public func without(_ other: CalendarTimes) -> CalendarTimes { CalendarTimes(bits: bits & ~other.bits) }
  /// Both together.
  public func union(_ other: CalendarTimes) -> CalendarTimes { CalendarTimes(bits: bits | other.bits) }
  /// Whether a half hour is in both.
  public func overlaps(_ other: CalendarTimes) -> Bool { bits & other.bits != 0 }
  /// Whether all of the other's half hours are here.
  public func contains(_ other: CalendarTimes) -> Bool { other.bits & ~bits == 0 }

  /// Every stretch of `length` half hours that lies in these times, the earliest first.
  public func meetings(_ length: Int) -> [CalendarTimes] {
    var found: [CalendarTimes] = []
    for day in Self.days.indices where length > 0 && length <= Self.slots {
      for from in 0...(Self.slots - length) {
        let one = CalendarTimes(day: day, from: from, to: from + length)
        if contains(one) { found.append(one) }
      }
    }
    return found
  }

  // MARK: Words

  /// 0 is 09:00, 16 is 17:00.
  static func clock(_ slot: Int) -> String {
    let minutes = 9 * 60 + 30 * slot
    return "\(minutes / 60 < 10 ? "0" : "")\(minutes / 60):\(minutes % 60 == 0 ? "00" : "30")"
  }

  /// The half hour of a time of day; nil for others than 09:00 to 17:00.
  static func slot(_ clock: some StringProtocol) -> Int? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]), minute == 0 || minute == 30,
      (9...17).contains(hour)
    else { return nil }
    let slot = 2 * (hour - 9) + minute / 30
    return slot <= slots ? slot : nil
  }

  /// As "Monday 09:00-10:30, Tuesday 14:00-17:00".
  public var text: String {
    var parts: [String] = []
    for (day, name) in Self.days.enumerated() {
      var from = 0
      while from < Self.slots {
        guard has(day, from) else {
          from += 1
          continue
        }
        var to = from
        while to < Self.slots, has(day, to) { to += 1 }
        parts.append("\(name) \(Self.clock(from))-\(Self.clock(to))")
        from = to
      }
    }
    return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
  }

  private func has(_ day: Int, _ slot: Int) -> Bool { bits >> UInt64(Self.slots * day + slot) & 1 == 1 }

  /// What `text` says; nil for anything else.
  public init?(reading text: some StringProtocol) {
    self.init()
    if text.trimmed.lowercased() == "nothing" { return }
    for part in text.split(separator: ",") {
      let words = part.split(whereSeparator: { $0 == " " || $0 == "-" })
      guard words.count == 3, let day = Self.days.firstIndex(where: { $0 == words[0] }),
        let from = Self.slot(words[1]), let to = Self.slot(words[2]), from < to
      else { return nil }
      bits |= CalendarTimes(day: day, from: from, to: to).bits
    }
    if bits == 0 { return nil }
  }
}
