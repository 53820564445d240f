// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Several people look for a time to meet. What they say is checked by code.
public struct CalendarTask: Sendable, Codable, Hashable {
  public static let names = ["Ann", "Bob", "Cyd", "Dan", "Eve", "Fay"]

  public var people: [String]
  /// How many days there are to choose from, 1 to 4.
  public var days: Int
  /// Half hours that the meeting takes.
  public var length: Int
  public var constraints: [CalendarConstraint]

  public init(people: [String], days: Int, length: Int, constraints: [CalendarConstraint]) {
    self.people = people
    self.days = days
    self.length = length
    self.constraints = constraints
  }

  /// A task in which every constraint matters: without it there were a time more.
  ///
  /// `people` from 1 to 6 have `constraints` (at least one each) between them, and `solutions` times remain. nil where 200 attempts find
  /// none.
  public init?(
    people: Int, constraints: Int, days: Int, solutions: ClosedRange<Int>, _ stream: inout RandomStream
  ) {
    precondition((1...6).contains(people) && constraints >= people && (1...4).contains(days), "no such calendar")
    let names = Array(Self.names.prefix(people))
    for _ in 0..<200 {
      let length = 1 + stream.integer(below: 2)
      guard let kinds = Self.draw(constraints, days, length, &stream) else { continue }
      // Everybody has one, the rest is anybody's.
      let owners = (Array(0..<people) + (people..<constraints).map { _ in stream.integer(below: people) }).sorted()
      let order = stream.permutation(constraints)
      let own = zip(owners, order).map { CalendarConstraint(names[$0], kinds[$1]) }
      let task = CalendarTask(people: names, days: days, length: length, constraints: own)
      if solutions.contains(task.solutions.count) {
        self = task
        return
      }
    }
    return nil
  }

  /// Kinds of constraints that leave a certain time and each exclude one that no other excludes.
  private static func draw(
    _ count: Int, _ days: Int, _ length: Int, _ stream: inout RandomStream
  ) -> [CalendarConstraint.Kind]? {
    let all = CalendarTimes.whole(days).meetings(length)
    let target = all[stream.integer(below: all.count)]
    var kinds: [CalendarConstraint.Kind] = [], excluded: [[Bool]] = []
    for _ in 0..<400 where kinds.count < count {
      let kind = kind(days, &stream)
      let times = CalendarConstraint("", kind).times
      if times.overlaps(target) { continue }
      let now = excluded + [all.map { $0.overlaps(times) }]
      let counts = all.indices.map { k in now.count { $0[k] } }
      guard now.allSatisfy({ row in all.indices.contains { row[$0] && counts[$0] == 1 } }) else { continue }
      kinds.append(kind)
      excluded = now
    }
    return kinds.count == count ? kinds : nil
  }

  private static func kind(_ days: Int, _ stream: inout RandomStream) -> CalendarConstraint.Kind {
    let which = stream.uniform(), day = stream.integer(below: days)
    if which < 0.8 || days == 1 && which >= 0.9 {
      let from = stream.integer(below: CalendarTimes.slots - 1)
      return .busy(day: day, from: from, to: min(CalendarTimes.slots, from + 1 + stream.integer(below: 6)))
    }
    if which < 0.85 { return .notBefore(1 + stream.integer(below: 5)) }
    if which < 0.9 { return .notAfter(9 + stream.integer(below: 6)) }
    return .away(day: day)
  }

  /// What everybody can.
  public var solutions: [CalendarTimes] {
    let free = constraints.reduce(CalendarTimes.whole(days)) { $0.without($1.times) }
    return free.meetings(length)
  }

  /// The times that a plan names in its last line; nil where it names no time of the right length on these days.
  public func meeting(_ plan: [String]) -> CalendarTimes? {
    guard let last = plan.last, last.hasPrefix(Self.ending),
      let times = CalendarTimes(reading: last.dropFirst(Self.ending.count).trimmed),
      CalendarTimes.whole(days).meetings(length).contains(times)
    else { return nil }
    return times
  }

  /// Whether a plan names a time that everybody can.
  public func isSolved(by plan: [String]) -> Bool {
    meeting(plan).map { meeting in !constraints.contains { $0.times.overlaps(meeting) } } ?? false
  }

  // MARK: Words

  static let ending = "Meeting:"
  static let form = """
    for each person in turn a line "NAME: TIMES", the times at which everybody up to this person can, such as "Ann: Monday 09:00-10:30, \
    Tuesday 14:00-17:00"; then a last line "Meeting: DAY HH:MM-HH:MM"
    """

  public var planning: PlanningTask {
    let head = """
      Find a time for a meeting between 09:00 and 17:00.
      Minutes: \(30 * length)
      People: \(people.joined(separator: ", "))
      Days: \(CalendarTimes.days.prefix(days).joined(separator: ", "))
      """
    return PlanningTask(
      ([head] + constraints.map(\.sentence)).joined(separator: "\n"), form: Self.form, ending: Self.ending)
  }

  /// What the text of `planning` says; nil for any other text.
  public init?(reading text: String) {
    var values: [String: String] = [:]
    var constraints: [CalendarConstraint] = []
    for line in text.split(whereSeparator: \.isNewline) {
      if let constraint = CalendarConstraint(reading: line) { constraints.append(constraint) }
      for key in ["Minutes: ", "People: ", "Days: "] where line.hasPrefix(key) {
        values[key] = line.dropFirst(key.count).trimmed
      }
    }
    guard let minutes = values["Minutes: "].flatMap({ Int($0) }), (30...480).contains(minutes),
      minutes % 30 == 0, let people = values["People: "], let days = values["Days: "]?.split(separator: ","),
      (1...4).contains(days.count)
    else { return nil }
    self.init(
      people: people.split(separator: ",").map { $0.trimmed }, days: days.count, length: minutes / 30,
      constraints: constraints)
  }
}
