// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics
import GradusProblems

/// A claimed invariance holds: on the changed problem the method asks about the changed points.
public struct InvarianceHolds: Law {
  public let name = "invariance"
  public let sentence = "under every change the card claims to be invariant to, the points asked about change alike"
  public let presupposes = ["same seed"]

  public init() {}

  /// Runs every claimed invariance on changed copies of smooth and least-squares problems.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    if M.card.invariances.isEmpty { return .notApplicable("the card claims no invariance") }
    var violations: [String] = []
    var tried = 0
    for kind in Invariance.allCases where M.card.invariances.contains(kind) {
      let before = tried
      for family in ["quadratic", "logistic", "rosenbrock", "rosenbrock-residuals", "michaelis-menten"] {
        guard let base = bench.situations.first(where: { $0.source.family == family }),
          let changed = base.changed(by: Change(kind, dimension: base.source.dimension))
        else { continue }
        tried += 1
        if let wrong = try await compare(kind, base, changed) {
          violations.append("\(kind.rawValue) on \(base.name): \(wrong)")
        }
      }
      if tried == before { violations.append("\(kind.rawValue) is claimed, but no problem is at hand to try it on") }
    }
    return Finding(violations, tried: tried)
  }

  private func compare<M: Catalogued>(
    _ kind: Invariance, _ base: Situation<M>, _ changed: Situation<M>
  ) async throws -> String? {
    let change = Change(kind, dimension: base.source.dimension)
    let (first, second) = (Listener(), Listener())
    // Rounding differs, and a run amplifies it: short runs are compared, and only a monotone change must be exact.
    let count = kind == .monotone ? 200 : 25
    _ = try await base.run(listener: first).record(count)
    _ = try await changed.run(listener: second).record(count)
    // Where a run ends by itself, rounding may end it a few questions earlier or later.
    let slack = kind == .monotone ? 0 : max(3, first.points.count / 4)
    if abs(first.points.count - second.points.count) > slack {
      return "\(first.points.count) points are asked about, \(second.points.count) after the change"
    }
    for (i, (x, y)) in zip(first.points, second.points).enumerated() {
      let expected = change.image(of: x)
      let distance = (expected - y).norm
      let tolerance = kind == .monotone ? 0 : 1e-5 * max(1, expected.norm)
      if !(distance <= tolerance) { return "point \(i + 1) is off by \(distance)" }
    }
    return nil
  }
}

extension Situation {

  /// The same problem after a change; nil where the change does not apply to its class or oracle.
  fileprivate func changed(by change: Change) -> Situation? {
    let form: any Sendable
    switch problem {
    case let problem as Unconstrained:
      form = Unconstrained(start: change.image(of: problem.start), isConvex: problem.isConvex)
    case let problem as BoxConstrained where change.keepsBoxes:
      form = BoxConstrained(
        change.image(of: problem.domain), start: problem.start.map(change.image), isConvex: problem.isConvex)
    case let problem as LeastSquares: form = LeastSquares(start: change.image(of: problem.start))
    default: return nil
    }
    guard let problem = form as? M.Problem else { return nil }
    let oracles: [(any Sendable)?] = [
      (base as? any SecondOrderOracle<Vector>).map { ChangedCurvature(base: $0, change: change) },
      (base as? any FirstOrderOracle<Vector>).map { ChangedGradients(base: $0, change: change) },
      (base as? any ZerothOrderOracle<Vector>).map { ChangedValues(base: $0, change: change) },
      (base as? any ResidualOracle).map { ChangedResiduals(base: $0, change: change) },
    ]
    guard let oracle = oracles.compactMap({ $0 }).first(where: { $0 is M.Question.Oracle }) else { return nil }
    return Situation(source, problem, oracle)
  }
}
