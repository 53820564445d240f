// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusNumerics

/// A double with latent pitfalls: tasks that are solved only with an insight for each of their pitfalls, and spoiled by
/// insights that have nothing to do with them.
///
///     a task is a line of words: `task 17`, a cue c₁ … c₁₂ for each of its 1 to 3 pitfalls, the sign s₁ … s₄ of their labels, and
///       words
///       w₁ … w₂₀, each with probability 0.2; signs of other labels stand there with probability 0.3
///     P(solved) = (1 − `spoils`)^(irrelevant insights), 0 while a pitfall has no insight
///     a failed attempt shows each pitfall that it lacked with probability `notices`
///     a lesson's condition is right (its cue) with probability 0.25, too wide (the sign alone) with 0.5, too narrow (with a word)
///       else
///     a label of the task is named with probability `names`, any other with `wanders`
///
/// Pitfall p comes up with weight 1/(p + 2)^`skew`. Of language models it proves nothing. The same question has the same answer.
public struct SimulatedExperience: ExperienceStudent {
  public static let pitfalls = 12
  static let labels = 4
  static let words = 20

  public var spoils = 0.05
  public var notices = 0.02
  public var names = 0.97
  public var wanders = 0.05
  public var skew = 1.0
  public let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// Tasks with 1 to 3 pitfalls, all different.
  public func tasks(_ count: Int, _ random: RandomStream) -> [String] {
    (0..<count).map { k in
      var stream = random.child("task", k)
      let size = 1 + stream.integer(below: 3)
      var chosen: [Int] = []
      while chosen.count < size {
        let p = pitfall(stream.uniform())
        if !chosen.contains(p) { chosen.append(p) }
      }
      let own = chosen.map { $0 % Self.labels }
      var parts = ["task", "t\(stream.integer(below: 1_000_000_000))"] + chosen.map { "c\($0)" }
      for label in 0..<Self.labels where own.contains(label) || stream.uniform() < 0.3 { parts.append("s\(label)") }
      for word in 0..<Self.words where stream.uniform() < 0.2 { parts.append("w\(word)") }
      return parts.joined(separator: " ")
    }
  }

  private func pitfall(_ share: Double) -> Int {
    let weights = (0..<Self.pitfalls).map { VectorMath.exp(-skew * VectorMath.log(Double($0) + 2)) }
    var rest = share * weights.reduce(0, +)
    for (p, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return p }
    }
    return Self.pitfalls - 1
  }

  private static func label(_ pitfall: Int) -> ExperienceLabel {
    // Three pitfalls have one label, and its sign.
    ExperienceLabel("area \(pitfall % labels / 2)", "topic \(pitfall % labels % 2)")
  }

  /// An insight into a pitfall, under its label.
  package func insight(into pitfall: Int, condition: String) -> ExperienceInsight {
    ExperienceInsight(id: "", Self.label(pitfall), condition: condition, explanation: "pitfall \(pitfall)")
  }

  /// The pitfalls of a task.
  package static func pitfalls(of task: String) -> [Int] {
    task.split(separator: " ").filter { $0.hasPrefix("c") }.compactMap { Int($0.dropFirst()) }
  }

  /// The pitfall that an insight is about, by its explanation.
  static func pitfall(of insight: ExperienceInsight) -> Int? {
    Int(insight.explanation.split(separator: " ").last ?? "")
  }

  private func draws(_ what: StaticString, _ texts: [String], _ number: Int = 0) -> RandomStream {
    var mark = Fingerprint()
    for text in texts { mark.mix(text) }
    mark.mix(number)
    return RandomStream(seed: seed ^ mark.value).child(what)
  }

  public func labels(of task: String, among taxonomy: [ExperienceLabel]) async throws -> [ExperienceLabel] {
    let own = Self.pitfalls(of: task).map { Self.label($0) }
    return taxonomy.filter { label in
      var stream = draws("label", [task, label.description])
      return stream.uniform() < (own.contains(label) ? names : wanders)
    }
  }

  public func apply(_ insights: [ExperienceInsight], to task: String) async throws -> [Bool] {
    let parts = task.split(separator: " ")
    return insights.map { insight in
      insight.condition.split(separator: " ").allSatisfy { parts.contains($0) }
    }
  }

  public func solves(_ task: String, with insights: [ExperienceInsight], attempt: Int) async throws -> Bool {
    let needed = Self.pitfalls(of: task)
    let given = insights.compactMap { Self.pitfall(of: $0) }
    guard needed.allSatisfy({ given.contains($0) }) else { return false }
    let irrelevant = given.count { !needed.contains($0) }
    var stream = draws("solve", [task] + insights.map(\.advice), attempt)
    return (0..<irrelevant).allSatisfy { _ in stream.uniform() >= spoils }
  }

  public func lessons(
    from task: String, knowing insights: [ExperienceInsight], attempt: Int
  ) async throws -> [ExperienceInsight] {
    let given = insights.compactMap { Self.pitfall(of: $0) }
    var stream = draws("lesson", [task] + insights.map(\.advice), attempt)
    let words = task.split(separator: " ").filter { $0.hasPrefix("w") }
    var found: [ExperienceInsight] = []
    for p in Self.pitfalls(of: task) where !given.contains(p) {
      guard stream.uniform() < notices else { continue }
      let draw = stream.uniform()
      var condition = "c\(p)"
      if draw < 0.5 {
        condition = "s\(p % Self.labels)"
      } else if draw < 0.75, let word = words.first {
        condition = "c\(p) \(word)"
      }
      found.append(insight(into: p, condition: condition))
    }
    return found
  }

  /// Insights into the same pitfall say the same; the shorter condition stays.
  public func merged(_ first: ExperienceInsight, _ second: ExperienceInsight) async throws -> ExperienceInsight? {
    guard Self.pitfall(of: first) == Self.pitfall(of: second) else { return nil }
    return second.condition.split(separator: " ").count < first.condition.split(separator: " ").count ? second : first
  }

  /// Words that four in five have of the tasks where the insight was needed, and conditions without one of its words.
  public func conditions(
    for insight: ExperienceInsight, needed: [String], idle: [String], missed: [String], count: Int
  ) async throws -> [String] {
    var stream = draws("condition", [insight.advice] + needed + missed)
    let own = insight.condition.split(separator: " ").map(String.init)
    let tasks = (needed + missed).map { $0.split(separator: " ").map(String.init) }
    var found = own.indices.filter { _ in own.count > 1 }.map { k in
      own.enumerated().filter { $0.offset != k }.map(\.element).joined(separator: " ")
    }
    // Four in five: some tasks stand there by chance.
    let first = (tasks.first ?? []).dropFirst(2) + (tasks.last ?? []).dropFirst(2)
    var common: [String] = []
    for word in first where !common.contains(word) && 5 * tasks.count(where: { $0.contains(word) }) >= 4 * tasks.count {
      common.append(word)
    }
    for word in common where !own.contains(word) {
      found.append(word)
      found.append((own + [word]).joined(separator: " "))
    }
    let order = stream.permutation(found.count)
    return order.prefix(count).map { found[$0] }
  }
}
