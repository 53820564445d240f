// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// One run of a method with some settings on one problem with one seed: what came of it, and what it took.
public struct KnobRun: Sendable, Hashable {
  /// What an answer says.
  public enum Answer: String, Sendable, Hashable {
    /// There is a point that is optimal, locally optimal, stationary, or as good as was asked for.
    case point
    case infeasible, unbounded
  }

  /// What the problem's own check supports.
  public var status: Status
  /// The objective, to be minimized; nil where there is none or several.
  public var value: Double?
  /// Whether the point was evaluated by the check and found feasible.
  public var isChecked = false
  /// Whether a limit ended it. A point at which a run was cut off may pass the check by luck; the method has not said so.
  public var isCut = false
  /// |objective − bound| / max(1, |objective|).
  public var gap: Double?
  public var answers = 0
  public var operations: Int?
  public var seconds = 0.0

  /// A run that came to nothing so far.
  public init(_ status: Status = .failed) { self.status = status }

  /// The run of a result. `seconds`: what the run took.
  public init(_ document: ResultDocument, seconds: Double) {
    self.init(document.status)
    let sign: Double = document.problem.sense == .minimize ? 1 : -1
    value = document.objective.flatMap { $0.isFinite ? sign * $0 : nil }
    isChecked = document.certificate.pointChecked
    isCut = [.time, .answers, .cost, .memory, .interrupt].contains(document.stopped.kind)
    if let distance = document.gap, let objective = document.objective {
      gap = distance / max(1, abs(objective))
    }
    answers = document.steps
    operations = document.operations
    self.seconds = seconds
  }

  /// What the answer says; nil where the check supports none, or the run was cut off. That nothing feasible is near where a method ended is none: it
  /// depends on where it began.
  public var answer: Answer? {
    if isCut { return nil }
    return switch status {
    case .optimal, .locallyOptimal, .stationary, .targetReached: .point
    case .infeasible: .infeasible
    case .unbounded: .unbounded
    case .feasible, .locallyInfeasible, .infeasibleOrUnbounded, .limit, .interrupted, .failed: nil
    }
  }

  /// How much of what is counted it took, at least 1, or a millisecond.
  func amount(_ measure: KnobMeasure) -> Double {
    switch measure {
    case .answers, .value: Double(max(1, answers))
    case .operations: Double(max(1, operations ?? .max))
    case .seconds, .gap: max(1e-3, seconds)
    }
  }

  /// Whether everything but the time is the same to the bit.
  public func isSame(as other: KnobRun) -> Bool {
    var copy = self
    copy.seconds = other.seconds
    return copy == other
  }

  /// As it is written down.
  public var json: JSONValue {
    [
      "status": .string(status.rawValue), "value": JSONValue(value), "checked": .bool(isChecked), "cut": .bool(isCut),
      "gap": JSONValue(gap), "answers": .integer(answers), "operations": operations.map { .integer($0) } ?? .null,
      "seconds": .number(seconds),
    ]
  }

  /// Reads a run back; nil where it is none.
  public init?(json: JSONValue) {
    guard let status = json["status"]?.text.flatMap(Status.init) else { return nil }
    self.init(status)
    value = json["value"]?.double
    isChecked = json["checked"]?.truth ?? false
    isCut = json["cut"]?.truth ?? false
    gap = json["gap"]?.double
    answers = json["answers"]?.whole ?? 0
    operations = json["operations"]?.whole
    seconds = json["seconds"]?.double ?? 0
  }
}
