// SPDX-License-Identifier: Apache-2.0

/// Why a run stopped.
public struct StopReason: Sendable, Codable, Hashable {
  /// What sort of limit or event it was.
  public enum Kind: String, Sendable, Codable, Hashable {
    case converged, time, iterations, nodes, memory, answers, cost, target, interrupt, failure
  }

  public var kind: Kind
  /// The rule in words, such as `400 answers`.
  public var rule: String
  public var meansConvergence: Bool

  public init(_ kind: Kind, _ rule: String, meansConvergence: Bool = false) {
    self.kind = kind
    self.rule = rule
    self.meansConvergence = meansConvergence
  }
}

/// Looks at the progress and says whether to stop. A value without memory, so that rules compose and can be resumed.
public protocol StoppingRule: Sendable {
  /// The reason to stop; nil to go on.
  func verdict(_ progress: RunProgress) -> StopReason?

  /// The most answers this rule allows; nil when it sets no limit.
  var answerLimit: Int? { get }
}

extension StoppingRule {
  public var answerLimit: Int? { nil }
}

/// Stops when a number of answers was told.
public struct AfterAnswers: StoppingRule {
  public var limit: Int
  /// Only answers of this kind count; nil counts all.
  public var kind: String?

  public var answerLimit: Int? { kind == nil ? limit : nil }

  /// Speaks when as many answers were told as the limit says.
  public func verdict(_ p: RunProgress) -> StopReason? {
    let told = kind.map { p.answers(of: $0) } ?? p.answers
    return told >= limit ? StopReason(.answers, "\(limit) \(kind.map { "\($0) " } ?? "")answers") : nil
  }
}

/// Stops when the run has taken this long.
public struct AfterTime: StoppingRule {
  public var limit: Duration

  /// Speaks when the time that has passed reaches the limit.
  public func verdict(_ p: RunProgress) -> StopReason? {
    p.elapsed >= limit ? StopReason(.time, "time limit \(limit)") : nil
  }
}

/// Stops when the method has done this many multiplications and additions; never where a method does not count them.
public struct AfterOperations: StoppingRule {
  public var limit: Int

  /// Speaks when the operations counted reach the limit.
  public func verdict(_ p: RunProgress) -> StopReason? {
    guard let operations = p.operations, operations >= limit else { return nil }
    return StopReason(.cost, "\(limit) operations")
  }
}

/// Stops before the budget would be exceeded.
public struct AfterCost: StoppingRule {
  public var limit: Double

  /// Speaks when the cost, the next question included, exceeds the limit.
  public func verdict(_ p: RunProgress) -> StopReason? {
    p.cost > limit ? StopReason(.cost, "cost limit \(limit)") : nil
  }
}

/// Stops when the method's own measure of optimality is small.
public struct WhenMeasureBelow: StoppingRule {
  public var tolerance: Double

  /// Speaks when the measure is at most the tolerance.
  public func verdict(_ p: RunProgress) -> StopReason? {
    guard let measure = p.measure, measure <= tolerance else { return nil }
    return StopReason(.converged, "measure below \(tolerance)", meansConvergence: true)
  }
}

/// Stops when value and bound are close: gap ≤ max(absolute, relative·max(1, |value|)).
public struct WhenGapBelow: StoppingRule {
  public var absolute: Double
  public var relative: Double

  /// Speaks when value and bound are that close.
  public func verdict(_ p: RunProgress) -> StopReason? {
    guard let gap = p.gap, gap <= max(absolute, relative * max(1, abs(p.value))) else { return nil }
    return StopReason(.converged, "gap below \(max(absolute, relative))", meansConvergence: true)
  }
}

/// Stops when a value at least this good was reported.
public struct WhenValueReaches: StoppingRule {
  public var target: Double

  /// Speaks when the value is at most the target.
  public func verdict(_ p: RunProgress) -> StopReason? {
    p.value <= target ? StopReason(.target, "value \(target) reached") : nil
  }
}

/// Stops when this many answers brought no improvement.
public struct WhenStalled: StoppingRule {
  public var answers: Int

  /// Speaks after so many answers without improvement.
  public func verdict(_ p: RunProgress) -> StopReason? {
    p.answersSinceImprovement >= answers
      ? StopReason(.converged, "no improvement in \(answers) answers") : nil
  }
}

/// Never stops: the method itself decides.
public struct WhenMethodEnds: StoppingRule {
  public init() {}
  /// Never speaks.
  public func verdict(_ p: RunProgress) -> StopReason? { nil }
}

/// Stops when one of two rules says so; the first that speaks is named.
public struct Either<A: StoppingRule, B: StoppingRule>: StoppingRule {
  public var a: A
  public var b: B
  /// The first reason of the two, `a` before `b`.
  public func verdict(_ p: RunProgress) -> StopReason? { a.verdict(p) ?? b.verdict(p) }
  public var answerLimit: Int? { tighter(a.answerLimit, b.answerLimit) }
}

/// Stops when both rules say so.
public struct Together<A: StoppingRule, B: StoppingRule>: StoppingRule {
  public var a: A
  public var b: B

  /// The reasons of both, once both speak.
  public func verdict(_ p: RunProgress) -> StopReason? {
    guard let first = a.verdict(p), let second = b.verdict(p) else { return nil }
    return StopReason(
      first.kind, "\(first.rule) and \(second.rule)",
      meansConvergence: first.meansConvergence && second.meansConvergence)
  }
}

/// Stops when one of several rules says so.
public struct AnyOf: StoppingRule {
  public var rules: [any StoppingRule]
  public init(_ rules: [any StoppingRule]) { self.rules = rules }

  public var answerLimit: Int? { rules.reduce(nil) { tighter($0, $1.answerLimit) } }

  /// The first reason in the order of the rules.
  public func verdict(_ p: RunProgress) -> StopReason? {
    for rule in rules { if let reason = rule.verdict(p) { return reason } }
    return nil
  }
}

private func tighter(_ a: Int?, _ b: Int?) -> Int? {
  guard let a, let b else { return a ?? b }
  return min(a, b)
}

/// Stops when one of the two does.
public func || <A: StoppingRule, B: StoppingRule>(a: A, b: B) -> Either<A, B> { Either(a: a, b: b) }
/// Stops when both do.
public func && <A: StoppingRule, B: StoppingRule>(a: A, b: B) -> Together<A, B> { Together(a: a, b: b) }

extension StoppingRule where Self == AfterAnswers {
  /// After so many answers, of one kind or of all.
  public static func answers(_ limit: Int, of kind: String? = nil) -> Self { Self(limit: limit, kind: kind) }
}
extension StoppingRule where Self == AfterOperations {
  /// After so many multiplications and additions.
  public static func operations(_ limit: Int) -> Self { Self(limit: limit) }
}
extension StoppingRule where Self == AfterTime {
  /// After so much time.
  public static func time(_ limit: Duration) -> Self { Self(limit: limit) }
}
extension StoppingRule where Self == AfterCost {
  /// Before the cost exceeds the limit.
  public static func cost(_ limit: Double) -> Self { Self(limit: limit) }
}
extension StoppingRule where Self == WhenMeasureBelow {
  /// When the method's measure of optimality is at most the tolerance.
  public static func measure(below tolerance: Double) -> Self { Self(tolerance: tolerance) }
}
extension StoppingRule where Self == WhenGapBelow {
  /// When the gap is at most max(absolute, relative·max(1, |value|)).
  public static func gap(absolute: Double, relative: Double) -> Self { Self(absolute: absolute, relative: relative) }
}
extension StoppingRule where Self == WhenValueReaches {
  /// When the value is at most the target.
  public static func value(reaches target: Double) -> Self { Self(target: target) }
}
extension StoppingRule where Self == WhenStalled {
  /// After so many answers without improvement.
  public static func stalled(for answers: Int) -> Self { Self(answers: answers) }
}
extension StoppingRule where Self == WhenMethodEnds {
  public static var methodEnds: Self { Self() }
}
