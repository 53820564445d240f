// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// When a person cannot meet, as a sentence and as times.
public struct CalendarConstraint: Sendable, Codable, Hashable {
  /// What keeps somebody from a meeting. Times in half hours from 09:00.
  public enum Kind: Sendable, Codable, Hashable {
    case busy(day: Int, from: Int, to: Int)
    case notBefore(Int)
    case notAfter(Int)
    case away(day: Int)
  }

  public var person: String
  public var kind: Kind

  public init(_ person: String, _ kind: Kind) {
    self.person = person
    self.kind = kind
  }

  /// The times that it forbids.
  public var times: CalendarTimes {
    let slots = CalendarTimes.slots
    return switch kind {
    case .busy(let day, let from, let to): CalendarTimes(day: day, from: from, to: to)
    case .notBefore(let slot): Self.daily(0, slot)
    case .notAfter(let slot): Self.daily(slot, slots)
    case .away(let day): CalendarTimes(day: day, from: 0, to: slots)
    }
  }

  private static func daily(_ from: Int, _ to: Int) -> CalendarTimes {
    CalendarTimes.days.indices.reduce(CalendarTimes()) { $0.union(CalendarTimes(day: $1, from: from, to: to)) }
  }

  public var sentence: String {
    switch kind {
    case .busy(let day, let from, let to):
      "\(person) is busy on \(CalendarTimes.days[day]) from \(CalendarTimes.clock(from)) to \(CalendarTimes.clock(to))."
    case .notBefore(let slot): "\(person) cannot meet before \(CalendarTimes.clock(slot))."
    case .notAfter(let slot): "\(person) cannot meet after \(CalendarTimes.clock(slot))."
    case .away(let day): "\(person) is away on \(CalendarTimes.days[day])."
    }
  }

  /// What `sentence` says; nil for any other sentence.
  public init?(reading sentence: some StringProtocol) {
    guard sentence.hasSuffix(".") else { return nil }
    let words = sentence.dropLast().split(separator: " ")
    func day(_ word: some StringProtocol) -> Int? { CalendarTimes.days.firstIndex { $0 == word } }
    guard words.count >= 5, words[1] == "is" || words[1] == "cannot" else { return nil }
    person = String(words[0])
    switch (words[2], words.count) {
    case ("busy", 9):
      guard words[1] == "is", words[3] == "on", words[5] == "from", words[7] == "to", let day = day(words[4]),
        let from = CalendarTimes.slot(words[6]), let to = CalendarTimes.slot(words[8]), from < to
      else { return nil }
      kind = .busy(day: day, from: from, to: to)
    case ("away", 5):
      guard words[1] == "is", words[3] == "on", let day = day(words[4]) else { return nil }
      kind = .away(day: day)
    case ("meet", 5):
      guard words[1] == "cannot", let slot = CalendarTimes.slot(words[4]) else { return nil }
      switch words[3] {
      case "before": kind = .notBefore(slot)
      case "after": kind = .notAfter(slot)
      default: return nil
      }
    default: return nil
    }
  }
}
