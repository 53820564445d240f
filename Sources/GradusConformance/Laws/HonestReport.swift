// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusProblems
import GradusNumerics

/// The reported value is the objective at the reported point.
public struct HonestReport: Law {
  public let name = "report"
  public let sentence = "the value in a report is the objective at its point, and so are the outcomes of its front"

  public init() {}

  /// Evaluates the reported point anew after 0 to 60 answers and compares.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    var violations: [String] = []
    let situations = bench.some(8)
    for situation in situations {
      let run = try situation.run()
      for lead in [0, 1, 1, 3, 15, 40] {
        _ = try await run.record(lead)
        if let wrong = try await situation.contradiction(in: run.report) {
          violations.append("on \(situation.name) after \(run.progress.answers) answers \(wrong)")
          break
        }
      }
    }
    return Finding(violations, tried: situations.count)
  }
}

extension Situation {
  /// The objective at a point, from the oracle or the program itself; nil where there is no such number.
  func truth(at point: Vector) async throws -> Double? {
    if source.traits.contains(.noisy) { return nil }
    if let oracle = source.oracle as? any ZerothOrderOracle<Vector> { return try await oracle.value(at: point) }
    if let form = source.form(StandardForm.self) { return form.objective(at: point) }
    if let system = source.form(LinearSystem.self) { return system.objective(at: point) }
    return nil
  }

  /// What is wrong with a report; nil when nothing is.
  func contradiction(in report: Report<M.Point>) async throws -> String? {
    if let value = report.value, value.isNaN { return "NaN is reported as the best value" }
    if let point = report.point as? Buffer<Float>, let i = point.elements.firstIndex(where: { !$0.isFinite }) {
      return "parameter \(i + 1) of the reported ones is \(point[i])"
    }
    if let wrong = try await contradiction(in: report.front) { return wrong }
    guard let point = report.point as? Vector, let value = report.value else { return nil }
    guard value.isFinite else { return nil }
    guard point.isFinite else { return "the value \(value) is reported for a point that is not finite" }
    guard let truth = try await truth(at: point) else { return nil }
    // Solvers of programs sum in an order of their own.
    let tolerance = (source.form(StandardForm.self) == nil ? 1e-12 : 1e-6) * max(1, abs(truth))
    return abs(truth - value) <= tolerance ? nil : "the value \(value) is reported where the objective is \(truth)"
  }
}

extension Situation {
  /// What is wrong with a reported front: outcomes that are not those of their points, numbers that are none, points that
  /// dominate others, or infeasible ones beside feasible ones.
  private func contradiction(in front: [FrontPoint<M.Point>]) async throws -> String? {
    for member in front {
      guard member.outcomes.objectives.allSatisfy(\.isFinite) else {
        return "the front holds the objectives \(member.outcomes.objectives)"
      }
      guard let point = member.point as? Vector, let oracle = source.oracle as? any VectorOracle<Vector> else {
        continue
      }
      let truth = try await oracle.outcomes(at: point)
      if truth != member.outcomes { return "the front holds \(member.outcomes) where the outcomes are \(truth)" }
    }
    let isFeasible = front.contains { $0.outcomes.violation == 0 }
    for a in front {
      if isFeasible, a.outcomes.violation > 0 { return "the front holds feasible and infeasible points" }
      if front.contains(where: { $0.outcomes.violation == a.outcomes.violation && $0.outcomes.dominates(a.outcomes) }) {
        return "the front holds a dominated point: \(a.outcomes.objectives)"
      }
    }
    return nil
  }
}
