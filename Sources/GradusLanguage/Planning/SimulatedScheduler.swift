// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A double that plans meetings, names constraints and verifies plans, with stated rates of errors. It sees nothing but the text it is
/// shown.
///
/// - A line for a person: of the times of the line before, it takes away what each of the person's constraints forbids, and overlooks each
///   with probability `slip`; one that it is reminded of with `slip`·`reminded`. A whole plan is one line after the other.
/// - The meeting is at random one of those that fit into the last line; where none does, any.
/// - Of the constraints of a task it names each with probability `recall`.
/// - A plan violates the constraints, of those listed for it, that its last line does not keep to: of persons up to the one it is about,
///   of all where it is the meeting. Each is overlooked with probability `miss`; with probability `alarm` one is named that is kept to.
///   score = 100 − 40·(number named), at least −100.
/// - How suited a way is: best-of-n 1 − h, others h, with h = min(1, constraints/12) and noise of deviation `doubt`.
///
/// Of language models it proves nothing.
public struct SimulatedScheduler: LanguageModel {
  public var slip = 0.4
  public var reminded = 0.1
  public var recall = 0.97
  public var miss = 0.05
  public var alarm = 0.02
  public var doubt = 0.15

  public init() {}

  public func complete(_ prompt: String, stream: RandomStream) async throws -> Completion {
    var stream = stream
    return Completion(text: answer(prompt, &stream))
  }

  private func answer(_ prompt: String, _ stream: inout RandomStream) -> String {
    guard let text = JSONFinder.tagged("task", in: prompt), let task = CalendarTask(reading: text) else {
      return "I do not know."
    }
    let last = prompt.split(separator: "\n").last.map(String.init) ?? ""
    if last.hasPrefix(PlanPrompt.constraints) {
      return task.constraints.filter { _ in stream.uniform() < recall }.map { "- \($0.sentence)" }
        .joined(separator: "\n")
    }
    if last.hasPrefix(PlanPrompt.suitability) { return suited(prompt, task, &stream) }
    if last.hasPrefix(PlanPrompt.verdict) { return verdict(prompt, task, &stream) }
    let reminded = Set(PlanPrompt.items(JSONFinder.tagged("violated", in: prompt) ?? ""))
    let begun = Self.lines(JSONFinder.tagged("begun", in: prompt))
    if last.hasPrefix(PlanPrompt.whole) {
      var plan = begun
      while plan.last?.hasPrefix(CalendarTask.ending) != true {
        plan.append(line(plan, task, reminded, &stream))
      }
      return "<plan>\n\(plan.joined(separator: "\n"))\n</plan>"
    }
    if last.hasPrefix(PlanPrompt.step) { return "<step>\(line(begun, task, reminded, &stream))</step>" }
    return "I do not know."
  }

  private static func lines(_ text: String?) -> [String] {
    (text ?? "").split(whereSeparator: \.isNewline).map { $0.trimmed }.filter { !$0.isEmpty }
  }

  /// The times that a line leaves; nil where it says none.
  private static func times(_ line: String) -> CalendarTimes? {
    line.firstIndex(of: ":").flatMap { CalendarTimes(reading: line[line.index(after: $0)...].trimmed) }
  }

  private func line(
    _ plan: [String], _ task: CalendarTask, _ reminded: Set<String>, _ stream: inout RandomStream
  ) -> String {
    let whole = CalendarTimes.whole(task.days)
    var times = plan.last.flatMap(Self.times) ?? whole
    guard plan.count < task.people.count else {
      let fitting = times.meetings(task.length)
      let choice = fitting.isEmpty ? whole.meetings(task.length) : fitting
      guard !choice.isEmpty else { return "\(CalendarTask.ending) never" }
      return "\(CalendarTask.ending) \(choice[stream.integer(below: choice.count)].text)"
    }
    let person = task.people[plan.count]
    for constraint in task.constraints where constraint.person == person {
      let rate = reminded.contains(constraint.sentence) ? slip * self.reminded : slip
      if stream.uniform() >= rate { times = times.without(constraint.times) }
    }
    return "\(person): \(times.text)"
  }

  private func verdict(_ prompt: String, _ task: CalendarTask, _ stream: inout RandomStream) -> String {
    let known = PlanPrompt.items(JSONFinder.tagged("constraints", in: prompt) ?? "")
      .compactMap { CalendarConstraint(reading: $0) }
    let plan = Self.lines(JSONFinder.tagged("plan", in: prompt))
    let times = plan.last.flatMap(Self.times)
    let isEnd = plan.last?.hasPrefix(CalendarTask.ending) == true
    let persons = Set(isEnd ? task.people : Array(task.people.prefix(plan.count)))
    var named: [String] = [], kept: [String] = []
    for constraint in known where persons.contains(constraint.person) {
      if times.map(constraint.times.overlaps) ?? true {
        if stream.uniform() >= miss { named.append(constraint.sentence) }
      } else {
        kept.append(constraint.sentence)
      }
    }
    if stream.uniform() < alarm, !kept.isEmpty { named.append(kept[stream.integer(below: kept.count)]) }
    return (named.map { "- \($0)" } + ["Score: \(max(-100, 100 - 40 * named.count))"]).joined(separator: "\n")
  }

  private func suited(_ prompt: String, _ task: CalendarTask, _ stream: inout RandomStream) -> String {
    let hardness = min(1, Double(task.constraints.count) / 12)
    let ways = prompt.ranges(of: "Ways of planning:\n").last.map { prompt[$0.upperBound...] } ?? ""
    return ways.split(separator: "\n").dropLast().compactMap { line -> String? in
      guard let end = line.firstIndex(of: ":") else { return nil }
      let name = line[..<end]
      let value = (name.hasPrefix("best-of") ? 1 - hardness : hardness) + doubt * stream.normal()
      return "\(name): \(min(1, max(0, value)))"
    }.joined(separator: "\n")
  }
}
