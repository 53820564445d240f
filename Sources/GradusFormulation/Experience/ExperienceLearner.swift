// SPDX-License-Identifier: Apache-2.0

/// Learns a library from tasks whose answers are known.
///
///     for each task: retrieve, work on it; on failure: lessons from the failed attempt and the right answer
///       lessons stay only if the task is solved with them (≤ `tries` tries), each only if the task is not solved without it;
///       near duplicates are merged where the merged one solves the tasks of both; otherwise both stay
///     evolution, for each insight: tasks where it was retrieved and needed (pos), retrieved and not needed (neg), missed (unr)
///       K conditions are proposed, each scored by retrieving again:
///       score = (pos_retrieved + unr_retrieved + (#neg − neg_retrieved)) / (#pos + #neg + #unr)
///       the best replaces the condition where it beats #pos / (#pos + #neg + #unr), and the condition by the same score: a task
///       may be missed for its labels, which no condition mends
///
/// Weights of models are never touched. Source: AlphaOPT. Cost: about `tries` + 2 works on a task that fails.
public struct ExperienceLearner: Sendable {
  /// Attempts at a task, and works on it to verify lessons.
  public var tries = 3
  /// Conditions that are proposed for an insight.
  public var variants = 5
  /// Tasks of each kind that an evolution looks at.
  public var window = 12

  public init() {}

  /// One pass over tasks. Returns how many were solved at the first attempt.
  @discardableResult
  public func learn(
    _ tasks: [String], into library: inout ExperienceLibrary, by student: some ExperienceStudent
  ) async throws -> Int {
    var solved = 0
    for task in tasks where try await learn(task, into: &library, by: student).isSolvedAtFirst { solved += 1 }
    return solved
  }

  /// Learns from one task. Where it throws, the library may hold lessons of attempts that came to their end: keep a copy to take
  /// a task as a whole or not at all.
  @discardableResult
  public func learn(
    _ task: String, into library: inout ExperienceLibrary, by student: some ExperienceStudent
  ) async throws -> ExperienceOutcome {
    var outcome = ExperienceOutcome()
    for attempt in 0..<max(1, tries) {
      try Task.checkCancellation()
      let known = try await library.retrieve(for: task, by: student)
      if try await student.solves(task, with: known, attempt: attempt) {
        outcome.isSolved = true
        outcome.isSolvedAtFirst = attempt == 0
        break
      }
      let lessons = try await student.lessons(from: task, knowing: known, attempt: attempt)
      let kept = try await verified(lessons, task, known, student)
      for k in kept.indices {
        // A task of several lessons needs all of them.
        let others = kept.indices.filter { $0 != k }.map { kept[$0] }
        let isNew = try await keep(kept[k], beside: known + others, from: task, in: &library, student)
        if isNew { outcome.learned += 1 } else { outcome.merged += 1 }
      }
    }
    return outcome
  }

  /// The lessons with which a task is solved and without which it is not.
  private func verified(
    _ lessons: [ExperienceInsight], _ task: String, _ known: [ExperienceInsight], _ student: some ExperienceStudent
  ) async throws -> [ExperienceInsight] {
    guard !lessons.isEmpty, try await solves(task, known + lessons, student) else { return [] }
    var kept = lessons
    for k in lessons.indices.reversed() where kept.count > 1 {
      var rest = kept
      rest.remove(at: k)
      if try await student.solves(task, with: known + rest, attempt: 100 + k) { kept = rest }
    }
    return kept
  }

  private func solves(
    _ task: String, _ insights: [ExperienceInsight], _ student: some ExperienceStudent
  ) async throws -> Bool {
    for k in 0..<max(1, tries) {
      if try await student.solves(task, with: insights, attempt: 200 + k) { return true }
    }
    return false
  }

  /// Adds a verified lesson, or puts it together with one that says the same; whether it was added.
  private func keep(
    _ lesson: ExperienceInsight, beside others: [ExperienceInsight], from task: String,
    in library: inout ExperienceLibrary,
    _ student: some ExperienceStudent
  ) async throws -> Bool {
    for old in library.insights where old.label == lesson.label {
      guard var merged = try await student.merged(old, lesson) else { continue }
      // The one that was known is verified already; what takes its place must do for the task at hand.
      guard try await solves(task, others.filter { $0 != old } + [merged], student) else { break }
      merged.id = old.id
      merged.history = old.history
      if merged.condition != old.condition { merged.history.append(.init(old.condition, reason: "merged")) }
      library.replace(old.id, by: merged)
      return false
    }
    library.add(lesson)
    return true
  }

  /// What became of an insight on tasks.
  struct Record {
    var needed: [String] = []
    var idle: [String] = []
    var missed: [String] = []
  }

  /// One evolution of all conditions on tasks. Returns how many were replaced.
  @discardableResult
  public func evolve(
    _ library: inout ExperienceLibrary, on tasks: [String], by student: some ExperienceStudent
  ) async throws -> Int {
    var records: [String: Record] = [:]
    for task in tasks {
      try Task.checkCancellation()
      let known = try await library.retrieve(for: task, by: student)
      let isSolved = try await solves(task, known, student)
      for insight in known {
        guard isSolved else { continue }
        let rest = known.filter { $0.id != insight.id }
        let isIdle = try await solves(task, rest, student)
        if isIdle {
          records[insight.id, default: Record()].idle.append(task)
        } else {
          records[insight.id, default: Record()].needed.append(task)
        }
      }
      guard !isSolved else { continue }
      for insight in library.insights where !known.contains(where: { $0.id == insight.id }) {
        if try await solves(task, known + [insight], student) {
          records[insight.id, default: Record()].missed.append(task)
        }
      }
    }
    var replaced = 0
    for insight in library.insights {
      guard let record = records[insight.id] else { continue }
      if try await improve(insight, record, &library, student) { replaced += 1 }
    }
    return replaced
  }

  private func improve(
    _ insight: ExperienceInsight, _ record: Record, _ library: inout ExperienceLibrary,
    _ student: some ExperienceStudent
  ) async throws -> Bool {
    let (needed, idle, missed) = (
      Array(record.needed.prefix(window)), Array(record.idle.prefix(window)), Array(record.missed.prefix(window))
    )
    let total = needed.count + idle.count + missed.count
    guard total > needed.count else { return false }
    let proposed = try await student.conditions(
      for: insight, needed: needed, idle: idle, missed: missed, count: variants)
    func score(_ condition: String) async throws -> Double {
      var changed = insight
      changed.condition = condition
      var right = 0
      for task in needed + missed where try await student.apply([changed], to: task).first == true { right += 1 }
      for task in idle where try await student.apply([changed], to: task).first != true { right += 1 }
      return Double(right) / Double(total)
    }
    var best = max(Double(needed.count) / Double(total), try await score(insight.condition))
    var found: String?
    for condition in proposed.prefix(variants) {
      let value = try await score(condition)
      if value > best { (best, found) = (value, condition) }
    }
    guard let found else { return false }
    library.replaceCondition(
      of: insight.id, by: found, reason: "\(needed.count) needed, \(idle.count) idle, \(missed.count) missed")
    return true
  }
}

extension ExperienceLibrary {
  /// Puts an insight in the place of another.
  mutating func replace(_ id: String, by insight: ExperienceInsight) {
    guard let k = insights.firstIndex(where: { $0.id == id }) else { return }
    insights[k] = insight
  }
}
